// Events as CloudEvents 1.0 in their JSON format. Its strings have no control characters and its
// attributes no structure: what does not fit stands in base64 in an attribute beside, or in JSON in a string.
#include <algorithm>
#include <cctype>

#include <modcomm/time_text.hpp>

#include "core/base64.hpp"
#include "core/json_slice.hpp"
#include "core/utf8.hpp"
#include "events/event_members.hpp"
#include "events/history_text.hpp"

namespace modcomm::detail {
namespace {

constexpr std::string_view spec_version = "1.0";
constexpr int sequence_digits = 20;  // so that their order is that of the numbers

/// A media type of RFC 2046, as far as `datacontenttype` cares: "type/subtype", and parameters.
bool is_media_type(std::string_view type) {
  const std::size_t slash = type.find('/');
  return slash != std::string_view::npos && slash > 0 && slash + 1 < type.size() &&
         is_printable_utf8(type);
}

/// In ASCII, so that no character of it is one that strings must not have.
std::string ascii_json(const Value& value) { return value.dump(-1, ' ', true); }

std::string sequence_text(std::uint64_t sequence) {
  const std::string digits = std::to_string(sequence);
  return std::string(sequence_digits - digits.size(), '0') + digits;
}

void add_string(MemberWriter& members, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  if (is_printable_utf8(text)) return members.add(name, text);
  members.add(std::string(name) + "base64", to_base64(text));
}

void write_data(MemberWriter& members, const FileEvent& event) {
  if (has_no_data(event)) return;
  if (is_media_type(event.content_type)) {
    members.add("datacontenttype", event.content_type);
  } else {
    members.add("contenttypebase64", to_base64(event.content_type));
  }
  if (event.data_left_out) return members.add("dataleftout", *event.data_left_out);
  if (is_plain_json(event)) return members.add_text("data", event.data);
  members.add("data_base64", to_base64(event.data));
}

/// The text, or what stands for it in base64.
std::string read_string(MemberReader& members, const char* name, const char* in_base64) {
  std::string text = members.text(name);
  if (const auto bytes = members.bytes(in_base64)) return *bytes;
  return text;
}

std::uint64_t read_sequence(MemberReader& members) {
  const std::string text = members.text("sequence");
  std::uint64_t sequence = 0;
  for (const char c : text) {
    if (c < '0' || c > '9' || text.size() > sequence_digits) {
      members.refuse("sequence", "is no number");
      return 0;
    }
    sequence = sequence * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return sequence;
}

void read_headers_text(MemberReader& members, FileEvent& event) {
  if (!members.has("headers")) return;
  const auto pairs = parse_json(members.text("headers"));
  read_headers(members, pairs ? *pairs : Value(), event);
}

/// JSON by its type: "application/json", "text/x+json; charset=utf-8".
bool is_json(std::string type) {
  type.resize(std::min(type.find(';'), type.size()));
  std::ranges::transform(type, type.begin(), [](unsigned char c) { return std::tolower(c); });
  while (type.ends_with(' ')) type.pop_back();
  return type == json_type || type.ends_with("/json") || type.ends_with("+json");
}

void read_content(MemberReader& members, const Value& object, std::string_view text,
                  FileEvent& event) {
  read_data(members, member_text(text, "data"), event);
  if (members.has("dataleftout")) event.data_left_out = members.number("dataleftout");
  event.content_type = read_string(members, "datacontenttype", "contenttypebase64");
  const bool typed = members.has("datacontenttype") || members.has("contenttypebase64");
  const bool has_data = members.has("data") || members.has("data_base64");
  if (!typed && has_data) event.content_type = json_type;
  const auto data = object.find("data");
  if (data == object.end() || is_json(event.content_type)) return;
  if (data->is_string()) event.data = data->get<std::string>();  // other text is told as a string
}

}  // namespace

std::string cloudevent(const FileEvent& event) {
  MemberWriter members;
  members.add("specversion", spec_version);
  const bool printable = is_printable_utf8(event.id);
  members.add("id", printable ? event.id : MessageId::from_text(event.id).to_string());
  if (!printable) members.add("idbase64", to_base64(event.id));
  members.add("source", event.source);
  members.add("type", event.name);
  members.add("time", format_time(event.time));
  members.add("channel", event.channel);
  if (event.sequence != 0) members.add("sequence", sequence_text(event.sequence));
  if (event.priority != Priority::normal) members.add("priority", text_of(event.priority));
  if (event.expires) members.add("expirytime", format_time(*event.expires));
  add_string(members, "correlationid", event.correlation_id);
  if (event.broadcast) members.add("broadcast", true);
  if (!event.headers.empty()) members.add("headers", ascii_json(headers_value(event)));
  if (!event.data_left_out) members.add("check", checksum(body_of(event)));
  write_data(members, event);
  return members.take();
}

Result<FileEvent> read_cloudevent(std::string_view text) {
  const auto object = parse_json(text);
  if (!object) return object.error();
  if (!object->is_object()) {
    return Error(Code::invalid_argument, reason::validation, "is no JSON object");
  }
  MemberReader members(*object);
  if (members.required_text("specversion") != spec_version) {
    members.refuse("specversion", "is not 1.0, the only version that is known here");
  }
  FileEvent event{.name = members.required_text("type"),
                  .channel = members.has("channel") ? members.text("channel") : "Events",
                  .source = members.required_text("source"),
                  .time = members.required_time("time"),
                  .expires = members.time("expirytime"),
                  .sequence = read_sequence(members),
                  .priority = read_priority(members),
                  .correlation_id = read_string(members, "correlationid", "correlationidbase64"),
                  .broadcast = members.flag("broadcast")};
  if (!members.has("id")) members.refuse("id", "is missing");
  event.id = read_string(members, "id", "idbase64");
  read_headers_text(members, event);
  read_content(members, *object, text, event);
  const std::string expected = members.text("check");
  if (auto ok = finish(members, event, expected); !ok) return ok.error();
  return event;
}

}  // namespace modcomm::detail
