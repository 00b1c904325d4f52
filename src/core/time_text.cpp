#include <optional>

#include <modcomm/time_text.hpp>

#include "core/duration_units.hpp"
#include "core/quote.hpp"

namespace modcomm {
namespace {

using std::chrono::nanoseconds;

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

Error does_not_convert(std::string_view text, std::string_view why) {
  return {Code::invalid_argument, reason::does_not_convert,
          detail::quoted(text) + " " + std::string(why)};
}

Error not_a_duration(std::string_view text) {
  return does_not_convert(
      text, R"(is not a duration; write numbers with units (d h m s ms us ns), such as "1.5s")");
}

Error duration_out_of_range(std::string_view text) {
  return does_not_convert(text, "is out of range; durations reach 292 years");
}

/// Reads "1h30m" without its sign.
class DurationParser {
 public:
  explicit DurationParser(std::string_view text) : text_(text) {}

  Result<std::uint64_t> parse() {
    std::string_view rest = text_.substr(text_.starts_with('-') ? 1 : 0);
    if (rest.empty()) return not_a_duration(text_);
    while (!rest.empty()) {
      const Result<void> added = part(rest);
      if (!added) return added.error();
    }
    return total_;
  }

 private:
  static std::string_view digits(std::string_view& rest) noexcept {
    std::size_t count = 0;
    while (count < rest.size() && is_digit(rest[count])) ++count;
    const std::string_view taken = rest.substr(0, count);
    rest.remove_prefix(count);
    return taken;
  }

  /// One number and its unit, which must be smaller than the one before.
  Result<void> part(std::string_view& rest) {
    const std::string_view whole = digits(rest);
    if (whole.empty()) return not_a_duration(text_);
    std::string_view fraction;
    if (rest.starts_with('.')) {
      rest.remove_prefix(1);
      fraction = digits(rest);
      if (fraction.empty()) return not_a_duration(text_);
    }
    const std::optional<std::uint64_t> unit = take_unit(rest);
    if (!unit) return not_a_duration(text_);
    if (!add_whole(whole, *unit)) return duration_out_of_range(text_);
    return add_fraction(fraction, *unit);
  }

  std::optional<std::uint64_t> take_unit(std::string_view& rest) noexcept {
    std::size_t count = 0;
    while (count < rest.size() && !is_digit(rest[count])) ++count;
    const std::string_view name = rest.substr(0, count);
    rest.remove_prefix(count);
    for (; next_unit_ < detail::duration_units.size(); ++next_unit_) {
      if (detail::duration_units[next_unit_].name == name)
        return detail::duration_units[next_unit_++].nanoseconds;
    }
    return std::nullopt;
  }

  bool add_whole(std::string_view whole, std::uint64_t unit) noexcept {
    std::uint64_t count = 0;
    for (const char c : whole) {
      if (__builtin_mul_overflow(count, 10U, &count)) return false;
      if (__builtin_add_overflow(count, static_cast<unsigned>(c - '0'), &count)) return false;
    }
    return !__builtin_mul_overflow(count, unit, &count) &&
           !__builtin_add_overflow(total_, count, &total_);
  }

  Result<void> add_fraction(std::string_view fraction, std::uint64_t unit) {
    for (const char c : fraction) {
      const auto digit = static_cast<std::uint64_t>(c - '0');
      if (unit % 10 != 0 && digit != 0) {
        return does_not_convert(text_, "is finer than a nanosecond");
      }
      unit /= 10;
      if (__builtin_add_overflow(total_, digit * unit, &total_))
        return duration_out_of_range(text_);
    }
    return {};
  }

  std::string_view text_;
  std::size_t next_unit_ = 0;
  std::uint64_t total_ = 0;
};

}  // namespace

Result<nanoseconds> parse_duration(std::string_view text) {
  constexpr auto most = static_cast<std::uint64_t>(nanoseconds::max().count());
  const Result<std::uint64_t> magnitude = DurationParser(text).parse();
  if (!magnitude) return magnitude.error();
  const bool negative = text.starts_with('-');
  if (*magnitude > most + (negative ? 1 : 0)) return duration_out_of_range(text);
  return nanoseconds(static_cast<std::int64_t>(negative ? 0 - *magnitude : *magnitude));
}

std::string format_duration(nanoseconds duration) {
  if (duration == nanoseconds::zero()) return "0s";
  const bool negative = duration < nanoseconds::zero();
  const auto bits = static_cast<std::uint64_t>(duration.count());
  const std::uint64_t magnitude = negative ? 0 - bits : bits;
  std::string text = negative ? "-" : "";
  for (const detail::DurationUnit& unit : detail::duration_units) {
    if (magnitude % unit.nanoseconds != 0) continue;
    text.append(std::to_string(magnitude / unit.nanoseconds)).append(unit.name);
    break;
  }
  return text;
}

namespace {

Error not_a_time(std::string_view text) {
  return does_not_convert(text, R"(is not an RFC 3339 time, such as "2026-01-31T08:00:00Z")");
}

/// Reads the fixed parts of an RFC 3339 time one after the other; `ok` says if all were there.
class TimeScanner {
 public:
  explicit TimeScanner(std::string_view text) : rest_(text) {}

  int number(std::size_t width, int least, int most) noexcept {
    int value = 0;
    for (std::size_t i = 0; i < width; ++i) {
      const char c = i < rest_.size() ? rest_[i] : ' ';
      if (!is_digit(c)) ok_ = false;
      value = value * 10 + (c - '0');
    }
    ok_ = ok_ && value >= least && value <= most;
    rest_.remove_prefix(std::min(width, rest_.size()));
    return value;
  }

  char one_of(std::string_view allowed) noexcept {
    const char c = rest_.empty() ? '\0' : rest_.front();
    ok_ = ok_ && !rest_.empty() && allowed.find(c) != std::string_view::npos;
    rest_.remove_prefix(rest_.empty() ? 0 : 1);
    return c;
  }

  /// Nanoseconds; further digits are dropped.
  nanoseconds fraction() noexcept {
    if (!rest_.starts_with('.')) return nanoseconds::zero();
    rest_.remove_prefix(1);
    ok_ = ok_ && !rest_.empty() && is_digit(rest_.front());
    std::int64_t sum = 0;
    for (std::int64_t unit = 100'000'000; !rest_.empty() && is_digit(rest_.front()); unit /= 10) {
      sum += unit * (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    return nanoseconds(sum);
  }

  std::chrono::minutes offset() noexcept {
    const char sign = one_of("Zz+-");
    if (sign != '+' && sign != '-') return std::chrono::minutes(0);
    const std::chrono::hours hours(number(2, 0, 23));
    one_of(":");
    const std::chrono::minutes minutes(number(2, 0, 59));
    return sign == '-' ? -(hours + minutes) : hours + minutes;
  }

  bool complete() const noexcept { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

void append_padded(std::string& out, std::int64_t number, std::size_t width) {
  const std::string digits = std::to_string(number);
  out.append(width - std::min(width, digits.size()), '0').append(digits);
}

}  // namespace

Result<std::chrono::system_clock::time_point> parse_time(std::string_view text) {
  using namespace std::chrono;
  TimeScanner scan(text);
  const year y(scan.number(4, 0, 9999));
  scan.one_of("-");
  const month m(static_cast<unsigned>(scan.number(2, 1, 12)));
  scan.one_of("-");
  const day d(static_cast<unsigned>(scan.number(2, 1, 31)));
  scan.one_of("Tt ");
  const hours hour(scan.number(2, 0, 23));
  scan.one_of(":");
  const minutes minute(scan.number(2, 0, 59));
  scan.one_of(":");
  const seconds second(scan.number(2, 0, 60));
  const nanoseconds fraction = scan.fraction();
  const minutes offset = scan.offset();
  const year_month_day date(y, m, d);
  if (!scan.complete() || !date.ok()) return not_a_time(text);
  if (y < year(1678) || y > year(2261)) {
    return does_not_convert(text, "is out of range; times reach from 1678 to 2261");
  }
  return system_clock::time_point(sys_days(date).time_since_epoch() + hour + minute + second -
                                  offset + fraction);
}

std::string format_time(std::chrono::system_clock::time_point time) {
  using namespace std::chrono;
  constexpr std::int64_t second = 1'000'000'000;
  const std::int64_t count = nanoseconds(time.time_since_epoch()).count();
  std::int64_t fraction = (count % second + second) % second;
  const sys_seconds whole{seconds(count / second - (count % second < 0 ? 1 : 0))};
  const year_month_day date(floor<days>(whole));
  const hh_mm_ss<seconds> clock(whole - floor<days>(whole));
  std::string out;
  out.reserve(30);
  append_padded(out, static_cast<int>(date.year()), 4);
  append_padded(out.append("-"), static_cast<unsigned>(date.month()), 2);
  append_padded(out.append("-"), static_cast<unsigned>(date.day()), 2);
  append_padded(out.append("T"), clock.hours().count(), 2);
  append_padded(out.append(":"), clock.minutes().count(), 2);
  append_padded(out.append(":"), clock.seconds().count(), 2);
  std::size_t width = fraction == 0 ? 0 : 9;
  while (width > 3 && fraction % 1000 == 0) {
    fraction /= 1000;
    width -= 3;
  }
  if (width > 0) append_padded(out.append("."), fraction, width);
  return out.append("Z");
}

namespace detail {

Error duration_too_fine(std::string_view text, std::intmax_t num, std::intmax_t den) {
  const std::uint64_t step =
      1'000'000'000ULL / static_cast<std::uint64_t>(den) * static_cast<std::uint64_t>(num);
  return does_not_convert(text, "does not fit; a whole multiple of " +
                                    format_duration(nanoseconds(static_cast<std::int64_t>(step))) +
                                    " is needed");
}

Error time_too_fine(std::string_view text) {
  return does_not_convert(text, "is finer than the time that it is read into");
}

}  // namespace detail
}  // namespace modcomm
