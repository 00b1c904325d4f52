#include "schema/number.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

namespace modcomm::detail {
namespace {

__extension__ using Wide = unsigned __int128;

std::uint64_t multiplied(std::uint64_t a, std::uint64_t b, std::uint64_t modulus) noexcept {
  return static_cast<std::uint64_t>(Wide{a} * b % modulus);
}

/// 10^exponent, reduced.
std::uint64_t power_of_ten(unsigned exponent, std::uint64_t modulus) noexcept {
  std::uint64_t result = 1 % modulus;
  std::uint64_t base = 10 % modulus;
  for (; exponent > 0; exponent /= 2) {
    if (exponent % 2 == 1) result = multiplied(result, base, modulus);
    base = multiplied(base, base, modulus);
  }
  return result;
}

Decimal decimal_of(double number) {
  std::array<char, 32> buffer{};
  const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::abs(number),
                                     std::chars_format::scientific);
  const std::string_view text(buffer.data(), written.ptr);
  const std::size_t mark = text.find('e');
  Decimal decimal;
  const char* exponent = text.data() + mark + 1;
  if (*exponent == '+') ++exponent;
  std::from_chars(exponent, written.ptr, decimal.exponent);
  for (const char c : text.substr(0, mark)) {
    if (c != '.') decimal.digits = decimal.digits * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (mark > 2) decimal.exponent -= static_cast<int>(mark) - 2;
  return decimal;
}

bool divides(Decimal step, Decimal number) {
  if (number.digits == 0) return true;
  const int shift = number.exponent - step.exponent;
  if (shift >= 0) {
    const std::uint64_t power = power_of_ten(static_cast<unsigned>(shift), step.digits);
    return multiplied(number.digits % step.digits, power, step.digits) == 0;
  }
  Wide divisor = step.digits;
  for (int i = shift; i < 0; ++i) {
    divisor *= 10;
    if (divisor > number.digits) return false;
  }
  return number.digits % static_cast<std::uint64_t>(divisor) == 0;
}

}  // namespace

Exact exact(const Value& number) noexcept {
  if (const auto* whole = number.get_ptr<const Value::number_unsigned_t*>()) {
    return static_cast<Exact>(*whole);
  }
  if (const auto* whole = number.get_ptr<const Value::number_integer_t*>()) {
    return static_cast<Exact>(*whole);
  }
  return static_cast<Exact>(*number.get_ptr<const Value::number_float_t*>());
}

bool is_integral(const Value& number) noexcept {
  if (number.is_number_integer()) return true;
  const double value = *number.get_ptr<const double*>();
  return std::isfinite(value) && std::trunc(value) == value;
}

Decimal Decimal::of(const Value& number) {
  if (number.is_number_unsigned()) return {.digits = number.get<std::uint64_t>(), .exponent = 0};
  if (number.is_number_float()) return decimal_of(number.get<double>());
  const auto value = number.get<std::int64_t>();
  const auto bits = static_cast<std::uint64_t>(value);
  return {.digits = value < 0 ? 0 - bits : bits, .exponent = 0};
}

bool is_multiple(const Value& number, Decimal step) {
  if (number.is_number_float() && !std::isfinite(number.get<double>())) return false;
  return divides(step, Decimal::of(number));
}

}  // namespace modcomm::detail
