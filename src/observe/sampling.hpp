// observe/sampling.hpp -- which runs of a handler are timed.
//
//   Sampler sampler(Timing::sampled);
//   if (sampler.next()) { ... read the clock before and after ... }
//
// Threads.   One thread at a time; each strand has its own.
#pragma once

#include <cstdint>

#include <modcomm/histogram.hpp>

namespace modcomm {

/// Says yes to all, none, or 1 in 64. The gaps between two samples vary around 64, so that work
/// which comes in regular batches is not always seen at the same place; the first run is sampled,
/// so that a handler which runs rarely has a time too.
class Sampler {
 public:
  static constexpr std::uint32_t mean_gap = 64;

  explicit constexpr Sampler(Timing timing, std::uint32_t seed = 1) noexcept
      : state_(seed != 0 ? seed : 1), timing_(timing) {}

  constexpr bool next() noexcept {
    if (timing_ != Timing::sampled) return timing_ == Timing::all;
    if (--left_ != 0) return false;
    left_ = draw_gap();
    return true;
  }

 private:
  // xorshift32; the low bits are good enough to spread gaps evenly over 1 .. 127.
  constexpr std::uint32_t draw_gap() noexcept {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    return 1 + state_ % (2 * mean_gap - 1);
  }

  std::uint32_t left_ = 1;
  std::uint32_t state_;
  Timing timing_;
};

}  // namespace modcomm
