// What was counted during the last ten steps of time, read from totals that only grow.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include <modcomm/clock.hpp>

namespace modcomm::detail {

struct Tallies {
  std::uint64_t calls = 0;
  std::uint64_t failed = 0;
  std::uint64_t slow = 0;

  friend bool operator==(const Tallies&, const Tallies&) = default;
};

/// Keeps the totals at the beginning of each step: the window is what came since the oldest. So
/// whoever counts needs one counter, and to say so here before the first count of a new step.
class SlidingTallies {
 public:
  /// Begins an empty window of `width`, which must be positive.
  void restart(SteadyTime now, std::chrono::nanoseconds width, const Tallies& total) noexcept {
    step_ = std::max(width / static_cast<std::int64_t>(steps), std::chrono::nanoseconds(1));
    step_end_ = after(now, step_);
    at_begin_.fill(total);
  }

  /// Moves on to the step of `now`; `total` is what was counted before it.
  void advance(SteadyTime now, const Tallies& total) noexcept {
    if (now < step_end_) return;
    const auto begun = (now - step_end_) / step_ + 1;
    for (std::int64_t i = 0; i < std::min<std::int64_t>(begun, steps); ++i) {
      oldest_ = (oldest_ + 1) % steps;
      at_begin_[(oldest_ + steps - 1) % steps] = total;
    }
    step_end_ = after(step_end_, begun * step_);
  }

  /// Until then `advance` has nothing to do.
  SteadyTime step_end() const noexcept { return step_end_; }

  Tallies since_oldest(const Tallies& total) const noexcept {
    const Tallies& base = at_begin_[oldest_];
    return {total.calls - base.calls, total.failed - base.failed, total.slow - base.slow};
  }

 private:
  static constexpr std::size_t steps = 10;

  std::array<Tallies, steps> at_begin_{};  // a ring; `oldest_` is its first
  std::size_t oldest_ = 0;
  std::chrono::nanoseconds step_{1};
  SteadyTime step_end_{};
};

}  // namespace modcomm::detail
