#include <algorithm>
#include <atomic>
#include <cstdint>
#include <utility>

#include <modcomm/clock.hpp>

#include "core/os_parking.hpp"
#include "core/os_ticks.hpp"
#include "core/tick_rate.hpp"

namespace modcomm {
namespace {

using std::chrono::nanoseconds;

std::int64_t read_steady() noexcept {
  return nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::int64_t read_wall() noexcept {
  return nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
}

Moment moment(std::int64_t steady, std::int64_t offset) noexcept {
  return {SteadyTime(nanoseconds(steady)), WallTime(nanoseconds(steady + offset))};
}

/// Both clocks at one tick, from which the time is reckoned for a millisecond at most.
struct Fix {
  std::uint64_t ticks = 0;
  std::int64_t steady = 0;
  std::int64_t offset = 0;  // of the wall clock
  std::uint64_t per_tick = 0;
};

/// A Fix that many read while one writes.
class SharedFix {
 public:
  /// False while it is being written.
  bool read(Fix& fix) const noexcept {
    const std::uint64_t version = version_.load(std::memory_order_acquire);
    fix.ticks = ticks_.load(std::memory_order_acquire);
    fix.steady = steady_.load(std::memory_order_acquire);
    fix.offset = offset_.load(std::memory_order_acquire);
    fix.per_tick = per_tick_.load(std::memory_order_acquire);
    return version % 2 == 0 && version_.load(std::memory_order_relaxed) == version;
  }

  bool begin_write() noexcept {
    std::uint64_t version = version_.load(std::memory_order_relaxed);
    return version % 2 == 0 &&
           version_.compare_exchange_strong(version, version + 1, std::memory_order_acquire);
  }
  void end_write(const Fix& fix) noexcept {
    ticks_.store(fix.ticks, std::memory_order_release);
    steady_.store(fix.steady, std::memory_order_release);
    offset_.store(fix.offset, std::memory_order_release);
    per_tick_.store(fix.per_tick, std::memory_order_release);
    version_.fetch_add(1, std::memory_order_release);
  }

 private:
  std::atomic<std::uint64_t> version_ = 0;
  std::atomic<std::uint64_t> ticks_ = 0;
  std::atomic<std::int64_t> steady_ = 0;
  std::atomic<std::int64_t> offset_ = 0;
  std::atomic<std::uint64_t> per_tick_ = 0;
};

/// Asks the operating system once a millisecond, and counts the processor's ticks in between where
/// these can be trusted: a reading costs 10 ns instead of 25.
class SystemClock final : public Clock {
 public:
  Moment now() noexcept override {
    Fix fix;
    if (has_ticks_ && fix_.read(fix) && fix.per_tick != 0) [[likely]] {
      const std::uint64_t passed = detail::ticks() - fix.ticks;
      if (passed < refresh_ticks) [[likely]] {
        return moment(fix.steady + reckon(passed, fix.per_tick), fix.offset);
      }
    }
    return ask();
  }

  bool wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable& changed,
                  SteadyTime deadline) override {
    if (deadline == never) {
      changed.wait(lock);
      return true;
    }
    return changed.wait_until(lock, deadline) == std::cv_status::no_timeout;
  }

  bool park_until(Parking& parking, SteadyTime deadline) override {
    return detail::park(parking, deadline);
  }

 private:
  static constexpr std::uint64_t refresh_ticks = 2'000'000;  // 0.4 to 2 ms
  static constexpr std::uint64_t close_together = 4'000;     // 1 to 4 us
  static constexpr std::int64_t wall_refresh = 1'000'000;

  static std::int64_t reckon(std::uint64_t passed, std::uint64_t per_tick) noexcept {
    return static_cast<std::int64_t>((passed * per_tick) >> detail::TickRate::fraction_bits);
  }

  Moment ask() noexcept {
    const std::int64_t steady = read_steady();
    Fix last;
    for (int tries = 0; !fix_.read(last); ++tries) {  // somebody writes it, and may be preempted
      if (tries == patience) return moment(steady, offset_.load(std::memory_order_relaxed));
    }
    const bool reckons = has_ticks_ && last.per_tick != 0;
    const bool current = last.steady != 0 && steady - last.steady < wall_refresh;
    return current && !reckons ? moment(steady, last.offset) : refresh(last);
  }

  Moment refresh(const Fix& last) noexcept {
    if (!fix_.begin_write()) return moment(read_steady(), last.offset);
    const Fix fresh = take_fix(last);
    offset_.store(fresh.offset, std::memory_order_relaxed);
    fix_.end_write(fresh);
    return moment(fresh.steady, fresh.offset);
  }

  /// The counter and the steady clock at the same time; no length of a tick if a preemption came
  /// between all readings.
  Fix read_together() noexcept {
    Fix fix;
    for (int tries = 0; tries < 4; ++tries) {
      fix.ticks = detail::ticks();
      fix.steady = read_steady();
      if (!has_ticks_ || detail::ticks() - fix.ticks > close_together) continue;
      rate_.observe(fix.ticks, fix.steady);
      fix.per_tick = rate_.per_tick();
      break;
    }
    return fix;
  }

  /// Where the time reckoned so far is ahead, the next fix begins there and runs more slowly, until
  /// both agree: the time never goes back, and does not drift away.
  Fix take_fix(const Fix& last) noexcept {
    Fix fresh = read_together();
    fresh.offset = read_wall() - fresh.steady;
    const std::uint64_t passed = fresh.ticks - last.ticks;
    if (last.per_tick == 0 || passed > 2 * refresh_ticks) return fresh;
    const std::int64_t lead = last.steady + reckon(passed, last.per_tick) - fresh.steady;
    if (lead <= 0) return fresh;
    fresh.steady += lead;
    fresh.offset -= lead;
    const auto brake =
        (static_cast<std::uint64_t>(lead) << detail::TickRate::fraction_bits) / refresh_ticks;
    fresh.per_tick -= std::min(brake, fresh.per_tick / 2);
    return fresh;
  }

  static constexpr int patience = 100;

  const bool has_ticks_ = detail::ticks_are_reliable();
  SharedFix fix_;
  std::atomic<std::int64_t> offset_ = 0;
  detail::TickRate rate_;  // touched between begin_write and end_write only
};

}  // namespace

std::shared_ptr<Clock> system_clock() { return std::make_shared<SystemClock>(); }

}  // namespace modcomm
