// How long a tick is: estimated from pairs of readings (counter, clock). A pure structure.
#pragma once

#include <cstdint>

namespace modcomm::detail {

class TickRate {
 public:
  static constexpr unsigned fraction_bits = 32;

  /// Takes a pair of readings made at the same time. The estimate gets better as the baseline grows;
  /// a new one begins once it is long.
  void observe(std::uint64_t ticks, std::int64_t nanoseconds) noexcept {
    const std::int64_t passed = nanoseconds - base_nanoseconds_;
    const bool asleep = passed > longest_baseline || ticks <= base_ticks_;  // or idle, in between
    if (base_ticks_ == 0 || asleep) return rebase(ticks, nanoseconds);
    const bool good = passed >= good_baseline;
    if (good || (passed >= first_baseline && (per_tick_ == 0 || is_rough_))) {
      estimate(ticks, nanoseconds);
      is_rough_ = !good;
    }
    if (good) rebase(ticks, nanoseconds);
  }

  /// Nanoseconds a tick, as a fixed-point number; 0 as long as it is unknown.
  std::uint64_t per_tick() const noexcept { return per_tick_; }

 private:
  static constexpr std::int64_t first_baseline = 500'000;
  static constexpr std::int64_t good_baseline = 20'000'000;
  static constexpr std::int64_t longest_baseline = 1'000'000'000;

  void estimate(std::uint64_t ticks, std::int64_t nanoseconds) noexcept {
    const double length = static_cast<double>(nanoseconds - base_nanoseconds_) /
                          static_cast<double>(ticks - base_ticks_);
    per_tick_ = static_cast<std::uint64_t>(length * static_cast<double>(1ULL << fraction_bits));
  }

  void rebase(std::uint64_t ticks, std::int64_t nanoseconds) noexcept {
    base_ticks_ = ticks;
    base_nanoseconds_ = nanoseconds;
  }

  std::uint64_t base_ticks_ = 0;
  std::int64_t base_nanoseconds_ = 0;
  std::uint64_t per_tick_ = 0;
  bool is_rough_ = false;  // from less than a good baseline
};

}  // namespace modcomm::detail
