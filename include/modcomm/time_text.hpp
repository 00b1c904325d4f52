// modcomm/time_text.hpp -- durations and times as people write them.
//
//   std::chrono::nanoseconds limit = modcomm::parse_duration("1h30m").value();
//   std::string text = modcomm::format_duration(limit);                         // "90m"
//   auto when = modcomm::parse_time("2026-01-31T08:00:00+01:00").value();
//   std::string stamp = modcomm::format_time(when);                             //
//   "2026-01-31T07:00:00Z"
//
// Threads.   Free functions on plain values.
// Errors.    invalid_argument / does_not_convert, with the text and what is allowed.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

#include <modcomm/result.hpp>

namespace modcomm {

/// Reads numbers with units, largest first: "250ms", "1.5s", "1h30m", "-2d". Units: d h m s ms us
/// ns. A bare number is refused, and so is what does not fit into 292 years of nanoseconds.
Result<std::chrono::nanoseconds> parse_duration(std::string_view text);

/// One whole number and the largest unit that holds it exactly: "5m", "1500ms", "0s".
std::string format_duration(std::chrono::nanoseconds duration);

/// Reads RFC 3339: "2026-01-31T08:00:00Z", with fractions of a second and offsets. Years 1678-2261.
Result<std::chrono::system_clock::time_point> parse_time(std::string_view text);

/// RFC 3339 in UTC, with as many decimals (0, 3, 6 or 9) as the time needs.
std::string format_time(std::chrono::system_clock::time_point time);

namespace detail {

inline constexpr std::string_view duration_pattern =
    R"(^-?([0-9]+(\.[0-9]+)?(d|h|m|s|ms|us|ns))+$)";

template <class Rep, class Period>
std::chrono::nanoseconds saturated_nanoseconds(
    std::chrono::duration<Rep, Period> duration) noexcept {
  using Nanoseconds = std::chrono::nanoseconds;
  using Wide = std::chrono::duration<long double, std::nano>;
  const auto wide = std::chrono::duration_cast<Wide>(duration);
  if (wide >= Wide(Nanoseconds::max())) return Nanoseconds::max();
  if (wide <= Wide(Nanoseconds::min())) return Nanoseconds::min();
  return std::chrono::duration_cast<Nanoseconds>(duration);
}

/// "1500us" does not fit; a whole multiple of 1ms is needed.
Error duration_too_fine(std::string_view text, std::intmax_t num, std::intmax_t den);

/// A fraction of a second where the time point has none.
Error time_too_fine(std::string_view text);

/// Refuses what `Duration` cannot hold exactly; the limits of nanoseconds become its own limits.
template <class Rep, class Period>
Result<void> parse_duration_as(std::string_view text, std::chrono::duration<Rep, Period>& out) {
  using Duration = std::chrono::duration<Rep, Period>;
  const Result<std::chrono::nanoseconds> exact = parse_duration(text);
  if (!exact) return exact.error();
  if (*exact == std::chrono::nanoseconds::max()) {
    out = Duration::max();
    return {};
  }
  out = std::chrono::duration_cast<Duration>(*exact);
  if constexpr (std::integral<Rep>) {
    if (std::chrono::duration_cast<std::chrono::nanoseconds>(out) != *exact) {
      return duration_too_fine(text, Period::num, Period::den);
    }
  }
  return {};
}

}  // namespace detail
}  // namespace modcomm
