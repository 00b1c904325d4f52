#include <modcomm/clock.hpp>

#include <atomic>
#include <cstdint>

namespace modcomm {
namespace {

using std::chrono::nanoseconds;

/// One clock read a call: the offset between the two time lines is read again once a millisecond.
class SystemClock final : public Clock {
 public:
  Moment now() noexcept override {
    const auto steady = std::chrono::time_point_cast<nanoseconds>(std::chrono::steady_clock::now());
    const std::int64_t ticks = steady.time_since_epoch().count();
    if (ticks - read_at_.load(std::memory_order_relaxed) > refresh_every) read_offset(ticks);
    const nanoseconds wall(ticks + offset_.load(std::memory_order_relaxed));
    return {steady, WallTime(wall)};
  }

  bool wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable& changed,
                  SteadyTime deadline) override {
    if (deadline == never) {
      changed.wait(lock);
      return true;
    }
    return changed.wait_until(lock, deadline) == std::cv_status::no_timeout;
  }

 private:
  static constexpr std::int64_t refresh_every = 1'000'000;

  void read_offset(std::int64_t steady) noexcept {
    const nanoseconds wall = std::chrono::system_clock::now().time_since_epoch();
    offset_.store(wall.count() - steady, std::memory_order_relaxed);
    read_at_.store(steady, std::memory_order_relaxed);
  }

  std::atomic<std::int64_t> offset_ = 0;
  std::atomic<std::int64_t> read_at_ = INT64_MIN / 2;
};

}  // namespace

std::shared_ptr<Clock> system_clock() { return std::make_shared<SystemClock>(); }

}  // namespace modcomm
