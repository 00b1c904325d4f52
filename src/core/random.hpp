// A small, fast generator for ids, seeds and shuffles; never for secrets.
// Algorithm: SplitMix64 (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators",
// 2014).
#pragma once

#include <cstdint>

namespace modcomm::detail {

class Random {
 public:
  explicit Random(std::uint64_t seed) noexcept : state_(seed) {}

  std::uint64_t next() noexcept {
    std::uint64_t mixed = state_ += 0x9e3779b97f4a7c15U;
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
    return mixed ^ (mixed >> 31U);
  }

  /// Below `bound`, which must not be 0. The bias is below bound / 2^64.
  std::uint64_t below(std::uint64_t bound) noexcept { return next() % bound; }

 private:
  std::uint64_t state_;
};

}  // namespace modcomm::detail
