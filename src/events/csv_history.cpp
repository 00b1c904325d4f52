// Events as lines of CSV. A cell holds what the member of the same name holds in JSON.
#include <algorithm>
#include <array>

#include <modcomm/time_text.hpp>

#include "core/base64.hpp"
#include "core/quote.hpp"
#include "core/utf8.hpp"
#include "events/event_members.hpp"
#include "events/history_text.hpp"
#include "events/refusal.hpp"

namespace modcomm::detail {
namespace {

constexpr std::array<std::string_view, 16> columns{
    "id",      "name",           "channel",   "source",  "time",  "sequence",      "priority",
    "expires", "correlation_id", "broadcast", "headers", "check", "data_left_out", "content_type",
    "data",    "data_base64"};

constexpr std::string_view bytes_begin = "{\"base64\":";

/// A text as it is, unless it is no UTF-8, could be taken for such, or a spreadsheet would compute it.
std::string text_cell(std::string_view text) {
  const bool computes =
      !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos;
  if (is_utf8(text) && !computes && !text.starts_with(bytes_begin) &&
      text.find('\0') == std::string_view::npos)
    return std::string(text);
  return Value{{"base64", to_base64(text)}}.dump();
}

/// The value that the cell of a text stands for.
Value text_of_cell(const std::string& cell) {
  if (!cell.starts_with(bytes_begin)) return cell;
  auto value = parse_json(cell);
  return value ? std::move(*value) : Value();
}

void append_cell(std::string& line, std::string_view cell) {
  if (!line.empty()) line += ',';
  if (cell.find_first_of(",\"\r\n") == std::string_view::npos) {
    line += cell;
    return;
  }
  line += '"';
  for (const char c : cell) line.append(c == '"' ? 2 : 1, c);
  line += '"';
}

bool is_json_cell(std::string_view column) {
  return column == "sequence" || column == "broadcast" || column == "headers" ||
         column == "data_left_out";
}

std::string number_cell(std::uint64_t number) { return number == 0 ? "" : std::to_string(number); }

std::string headers_cell(const FileEvent& event) {
  return event.headers.empty() ? "" : headers_value(event).dump();
}

/// What the line says, as an object of JSON; its `data` only as a sign that there is some.
Result<Value> object_of(const std::vector<std::string>& names,
                        const std::vector<std::string>& cells) {
  Value object = Value::object();
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (cells[i].empty()) continue;
    if (!is_json_cell(names[i])) {
      object[names[i]] = names[i] == "data" ? Value(true) : text_of_cell(cells[i]);
      continue;
    }
    auto value = parse_json(cells[i]);
    if (!value) return value.error().with_context(names[i]);
    object[names[i]] = std::move(*value);
  }
  const bool has_data = object.contains("data") || object.contains("data_base64");
  const bool typed = object.contains("content_type");
  if (has_data && !typed) object["content_type"] = "";
  if (typed && !has_data) object["data_base64"] = "";
  return object;
}

Result<> check_names(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (std::ranges::count(columns, name) == 0) {
      return refusal("column " + detail::quoted(name) + " is not known here");
    }
    if (std::ranges::count(names, name) > 1) {
      return refusal("column " + detail::quoted(name) + " occurs twice");
    }
  }
  for (const std::string_view needed : {"id", "name", "channel", "source", "time"}) {
    if (std::ranges::count(names, needed) == 0) {
      return refusal("column " + detail::quoted(needed) +
                     " is missing; the first line names the columns");
    }
  }
  return {};
}

}  // namespace

std::string csv_header() {
  std::string line;
  for (const std::string_view column : columns) append_cell(line, column);
  return line;
}

std::string csv_line(const FileEvent& event) {
  const bool plain = !event.data_left_out && is_plain_json(event);
  const bool whole = !event.data_left_out;
  std::string line;
  for (const std::string& cell :
       {text_cell(event.id), event.name, event.channel, event.source, format_time(event.time),
        number_cell(event.sequence), std::string(text_of(event.priority)),
        event.expires ? format_time(*event.expires) : std::string(),
        text_cell(event.correlation_id), std::string(event.broadcast ? "true" : "false"),
        headers_cell(event), whole ? checksum(body_of(event)) : std::string(),
        number_cell(event.data_left_out.value_or(0)), text_cell(event.content_type),
        plain ? event.data : std::string(), plain ? std::string() : to_base64(event.data)}) {
    append_cell(line, cell);
  }
  return line;
}

Result<CsvColumns> CsvColumns::make(std::vector<std::string> names) {
  if (auto ok = check_names(names); !ok) return ok.error();
  return CsvColumns(std::move(names));
}

Result<FileEvent> CsvColumns::read(const std::vector<std::string>& cells) const {
  if (cells.size() != names_.size()) {
    return refusal("has " + std::to_string(cells.size()) + " cells instead of " +
                   std::to_string(names_.size()));
  }
  const auto object = object_of(names_, cells);
  if (!object) return object.error();
  std::string_view data;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (names_[i] == "data") data = cells[i];
  }
  auto event = read_event(*object, data);
  if (!event || data.empty() || event->content_type != json_type) return event;
  if (const auto json = parse_json(data); !json) return json.error().with_context("data");
  return event;
}

}  // namespace modcomm::detail
