#pragma once

#include <cstdint>
#include <limits>

#include <modcomm/value.hpp>

namespace modcomm::detail {

/// Holds each integer of 64 bits and each double as it is, so that they compare exactly.
using Exact = long double;
static_assert(std::numeric_limits<Exact>::digits >= 64);

/// `number` is a number.
Exact exact(const Value& number) noexcept;

/// Whether the number has no fraction: 1, and 1.0 too.
bool is_integral(const Value& number) noexcept;

/// 0.01 is {1, -2}: a finite number as its shortest decimal text says it, without its sign.
struct Decimal {
  std::uint64_t digits = 0;
  int exponent = 0;

  static Decimal of(const Value& number);
};

/// Whether the number is a whole multiple of `step`, which is above zero, counted in decimals.
bool is_multiple(const Value& number, Decimal step);

}  // namespace modcomm::detail
