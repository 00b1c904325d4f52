// How long a tick is: estimated from pairs of readings (counter, clock). A pure structure.
#pragma once

#include <cstdint>

namespace modcomm::detail {

class TickRate {
 public:
  static constexpr unsigned fraction_bits = 32;

  /// Takes a pair of readings made at the same time.
  void observe(std::uint64_t ticks, std::int64_t nanoseconds) noexcept {
    if (base_ticks_ == 0) return rebase(ticks, nanoseconds);
    const std::int64_t passed = nanoseconds - base_nanoseconds_;
    if (passed < shortest_baseline) return;
    if (passed > longest_baseline || ticks <= base_ticks_) {  // idle, or asleep, in between
      return rebase(ticks, nanoseconds);
    }
    const double length = static_cast<double>(passed) / static_cast<double>(ticks - base_ticks_);
    per_tick_ = static_cast<std::uint64_t>(length * static_cast<double>(1ULL << fraction_bits));
    rebase(ticks, nanoseconds);
  }

  /// Nanoseconds a tick, as a fixed-point number; 0 as long as it is unknown.
  std::uint64_t per_tick() const noexcept { return per_tick_; }

 private:
  static constexpr std::int64_t shortest_baseline = 20'000'000;
  static constexpr std::int64_t longest_baseline = 1'000'000'000;

  void rebase(std::uint64_t ticks, std::int64_t nanoseconds) noexcept {
    base_ticks_ = ticks;
    base_nanoseconds_ = nanoseconds;
  }

  std::uint64_t base_ticks_ = 0;
  std::int64_t base_nanoseconds_ = 0;
  std::uint64_t per_tick_ = 0;
};

}  // namespace modcomm::detail
