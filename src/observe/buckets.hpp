// observe/buckets.hpp -- which bucket a duration falls into, and what a bucket stands for.
//
// 64 buckets a power of two: below 128 ns a bucket holds one value, above it is 1/64 of its lower
// end wide, so that its middle is at most 1/128 (0.8 %) from anything in it. 40 groups of 64 reach
// 2^45 ns, 9.7 hours; the last bucket takes what is longer.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace modcomm::buckets {

inline constexpr std::size_t per_group = 64;
inline constexpr std::size_t groups = 40;
inline constexpr std::size_t total = groups * per_group;

constexpr std::size_t index_of(std::uint64_t value) noexcept {
  if (value < per_group) return static_cast<std::size_t>(value);
  const auto shift = static_cast<unsigned>(std::bit_width(value)) - 7U;
  const std::size_t index = shift * per_group + static_cast<std::size_t>(value >> shift);
  return index < total ? index : total - 1;
}

constexpr std::uint64_t lowest(std::size_t index) noexcept {
  if (index < 2 * per_group) return index;
  const std::size_t shift = std::min(index / per_group - 1, groups);
  return std::uint64_t{index % per_group + per_group} << shift;
}

constexpr std::uint64_t highest(std::size_t index) noexcept {
  return index + 1 < total ? lowest(index + 1) - 1 : std::numeric_limits<std::uint64_t>::max();
}

constexpr std::uint64_t middle(std::size_t index) noexcept {
  const auto width = index + 1 < total ? lowest(index + 1) - lowest(index) : 1;
  return lowest(index) + width / 2;
}

}  // namespace modcomm::buckets
