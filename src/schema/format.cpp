#include "schema/format.hpp"

#include <algorithm>
#include <array>

#include "schema/format_reader.hpp"
#include "schema/pattern.hpp"
#include "schema/uri.hpp"

namespace modcomm::detail {
namespace {

bool read_date(FormatReader& reader) {
  const auto year = reader.number(4);
  if (!year || !reader.take('-')) return false;
  const auto month = reader.number(2);
  if (!month || *month < 1 || *month > 12 || !reader.take('-')) return false;
  const auto day = reader.number(2);
  constexpr std::array days = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool is_leap = (*year % 4 == 0 && *year % 100 != 0) || *year % 400 == 0;
  const int most = days[static_cast<std::size_t>(*month) - 1] + (*month == 2 && is_leap ? 1 : 0);
  return day && *day >= 1 && *day <= most;
}

/// "Z" or "+01:30"; the minutes that it is ahead of UTC.
std::optional<int> read_offset(FormatReader& reader) {
  if (reader.take_one_of("Zz")) return 0;
  const bool is_behind = reader.take('-');
  if (!is_behind && !reader.take('+')) return std::nullopt;
  const auto hours = reader.number(2);
  if (!hours || *hours > 23 || !reader.take(':')) return std::nullopt;
  const auto minutes = reader.number(2);
  if (!minutes || *minutes > 59) return std::nullopt;
  return (*hours * 60 + *minutes) * (is_behind ? -1 : 1);
}

bool read_time(FormatReader& reader) {
  const auto hours = reader.number(2);
  if (!hours || *hours > 23 || !reader.take(':')) return false;
  const auto minutes = reader.number(2);
  if (!minutes || *minutes > 59 || !reader.take(':')) return false;
  const auto seconds = reader.number(2);
  if (!seconds || *seconds > 60) return false;
  if (reader.take('.') && reader.take_while(is_digit).empty()) return false;
  const auto offset = read_offset(reader);
  if (!offset) return false;
  // A leap second ends a day in UTC.
  constexpr int day = 24 * 60;
  const int in_utc = (*hours * 60 + *minutes - *offset + day) % day;
  return *seconds < 60 || in_utc == day - 1;
}

bool is_date(std::string_view text) {
  FormatReader reader(text);
  return read_date(reader) && reader.at_end();
}

bool is_time(std::string_view text) {
  FormatReader reader(text);
  return read_time(reader) && reader.at_end();
}

bool is_date_time(std::string_view text) {
  FormatReader reader(text);
  return read_date(reader) && reader.take_one_of("Tt") && read_time(reader) && reader.at_end();
}

/// Numbers with units, each unit the one that follows its predecessor; how many, or empty.
std::optional<int> read_units(FormatReader& reader, std::string_view units) {
  int count = 0;
  std::size_t next = 0;
  while (!reader.at_end() && is_digit(reader.rest().front())) {
    reader.take_while(is_digit);
    if (reader.at_end()) return std::nullopt;
    const std::size_t unit = units.find(reader.rest().front());
    if (unit == std::string_view::npos || (count > 0 && unit != next)) return std::nullopt;
    reader.take(units[unit]);
    next = unit + 1;
    ++count;
  }
  return count;
}

/// ISO 8601, as RFC 3339 repeats it: "P4DT12H30M5S", "P2W".
bool is_duration(std::string_view text) {
  FormatReader reader(text);
  if (!reader.take('P')) return false;
  if (text.ends_with('W')) {
    return !reader.take_while(is_digit).empty() && reader.take('W') && reader.at_end();
  }
  const auto dates = read_units(reader, "YMD");
  if (!dates) return false;
  if (!reader.take('T')) return *dates > 0 && reader.at_end();
  const auto times = read_units(reader, "HMS");
  return times && *times > 0 && reader.at_end();
}

bool is_uuid(std::string_view text) {
  FormatReader reader(text);
  for (const std::size_t length : {8U, 4U, 4U, 4U, 12U}) {
    if (length != 8 && !reader.take('-')) return false;
    if (reader.take_while(is_hexadecimal).size() != length) return false;
  }
  return reader.at_end();
}

bool is_json_pointer(std::string_view text) { return pointer_tokens(text).has_value(); }

bool is_relative_json_pointer(std::string_view text) {
  FormatReader reader(text);
  const std::string_view up = reader.take_while(is_digit);
  if (up.empty() || (up.size() > 1 && up.starts_with('0'))) return false;
  return reader.rest() == "#" || is_json_pointer(reader.rest());
}

/// Those that `pattern` would take.
bool is_regex(std::string_view text) { return Pattern::compile(text).has_value(); }

constexpr std::array formats = {
    Format{"date", "2026-01-31", is_date},
    Format{"date-time", "2026-01-31T08:00:00Z", is_date_time},
    Format{"duration", "P1DT12H", is_duration},
    Format{"email", "ada@example.org", is_email},
    Format{"hostname", "lab.example.org", is_host_name},
    Format{"idn-email", "ada@example.org", is_idn_email},
    Format{"ipv4", "192.0.2.1", is_ipv4},
    Format{"ipv6", "2001:db8::1", is_ipv6},
    Format{"iri", "https://example.org/", is_iri},
    Format{"iri-reference", "../lab", is_iri_reference},
    Format{"json-pointer", "/steps/0", is_json_pointer},
    Format{"regex", "^[a-z]+$", is_regex},
    Format{"relative-json-pointer", "1/steps", is_relative_json_pointer},
    Format{"time", "08:00:00Z", is_time},
    Format{"uri", "https://example.org/", is_uri},
    Format{"uri-reference", "../lab", is_uri_reference},
    Format{"uri-template", "/labs/{name}", is_uri_template},
    Format{"uuid", "2eb8aa08-aa98-11ea-b4aa-73b441d16380", is_uuid},
};

}  // namespace

const Format* find_format(std::string_view name) noexcept {
  const auto found = std::ranges::find(formats, name, &Format::name);
  return found == formats.end() ? nullptr : &*found;
}

}  // namespace modcomm::detail
