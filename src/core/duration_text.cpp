#include "core/duration_text.hpp"

#include <algorithm>
#include <cstdint>

#include <modcomm/time_text.hpp>

#include "core/duration_units.hpp"

namespace modcomm::detail {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t short_enough = 6;  // "1500ms"

/// The largest of which there is one at least.
const DurationUnit& unit_of(std::uint64_t count) {
  const auto fits = [count](const DurationUnit& unit) { return unit.nanoseconds <= count; };
  const auto found = std::ranges::find_if(duration_units, fits);
  return found == duration_units.end() ? duration_units.back() : *found;
}

std::uint64_t to_three_digits(std::uint64_t count) {
  const std::uint64_t unit = unit_of(count).nanoseconds;
  const std::uint64_t whole = count / unit;
  const std::uint64_t parts = whole < 10 ? 100 : whole < 100 ? 10 : 1;
  const std::uint64_t step = std::max<std::uint64_t>(unit / parts, 1);
  return (count + step / 2) / step * step;
}

/// Rounding may have made a larger unit of it: 999.9ms are 1s.
std::string text_of(std::uint64_t count) {
  const DurationUnit& unit = unit_of(count);
  const std::uint64_t hundredths = count % unit.nanoseconds * 100 / unit.nanoseconds;
  std::string text = std::to_string(count / unit.nanoseconds);
  if (hundredths > 0) {
    text.append(hundredths < 10 ? ".0" : ".").append(std::to_string(hundredths));
    if (text.back() == '0') text.pop_back();
  }
  return text.append(unit.name);
}

}  // namespace

std::string rounded(nanoseconds duration) {
  std::string exact = format_duration(duration);
  if (exact.size() <= short_enough) return exact;
  const bool negative = duration < nanoseconds::zero();
  const auto bits = static_cast<std::uint64_t>(duration.count());
  return (negative ? "-" : "") + text_of(to_three_digits(negative ? 0 - bits : bits));
}

}  // namespace modcomm::detail
