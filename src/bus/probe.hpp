// A message that tests the path: it goes where all messages go, and no user's handler sees it.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>

#include <modcomm/executor.hpp>

namespace modcomm::detail {

/// What became of a probe.
class ProbeResult {
 public:
  enum class State : std::uint8_t { on_its_way, arrived, lost };

  void set(State state) {
    const std::lock_guard lock(mutex_);
    if (state_ == State::on_its_way) state_ = state;
    changed_.notify_all();
  }

  State wait(Executor& executor, SteadyTime deadline) {
    std::unique_lock lock(mutex_);
    while (state_ == State::on_its_way && executor.wait_until(lock, changed_, deadline)) {
    }
    return state_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  State state_ = State::on_its_way;
};

/// The probe's payload. Destroyed before it arrived, it was lost.
class Probe {
 public:
  explicit Probe(std::shared_ptr<ProbeResult> result) : result_(std::move(result)) {}
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;
  Probe(Probe&&) noexcept = default;
  Probe& operator=(Probe&&) noexcept = default;
  ~Probe() {
    if (result_) result_->set(ProbeResult::State::lost);
  }
  void arrive() const { result_->set(ProbeResult::State::arrived); }

 private:
  std::shared_ptr<ProbeResult> result_;
};

}  // namespace modcomm::detail
