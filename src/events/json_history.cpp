// Events as objects of JSON.
#include <modcomm/store.hpp>
#include <modcomm/time_text.hpp>

#include "core/base64.hpp"
#include "core/json_slice.hpp"
#include "events/event_members.hpp"
#include "events/history_text.hpp"

namespace modcomm {

Result<std::string> to_json_line(const Event& event) {
  const auto whole = detail::file_event(event, true);
  if (!whole) return whole.error();
  return detail::json_line(*whole);
}

namespace detail {
namespace {

void write_data(MemberWriter& members, const FileEvent& event) {
  if (has_no_data(event)) return;
  if (event.content_type != json_type) members.add("content_type", text_value(event.content_type));
  if (event.data_left_out) return members.add("data_left_out", *event.data_left_out);
  if (is_plain_json(event)) return members.add_text("data", event.data);
  members.add("data_base64", to_base64(event.data));
}

}  // namespace

std::string json_line(const FileEvent& event) {
  MemberWriter members;
  members.add("id", text_value(event.id));
  members.add("name", event.name);
  members.add("channel", event.channel);
  members.add("source", event.source);
  members.add("time", format_time(event.time));
  if (event.sequence != 0) members.add("sequence", event.sequence);
  if (event.priority != Priority::normal) members.add("priority", text_of(event.priority));
  if (event.expires) members.add("expires", format_time(*event.expires));
  members.add_unless_empty("correlation_id", event.correlation_id);
  if (event.broadcast) members.add("broadcast", true);
  if (!event.headers.empty()) members.add("headers", headers_value(event));
  if (!event.data_left_out) members.add("check", checksum(body_of(event)));
  write_data(members, event);
  return members.take();
}

Result<FileEvent> read_json_event(std::string_view text) {
  const auto object = parse_json(text);
  if (!object) return object.error();
  if (!object->is_object()) {
    return Error(Code::invalid_argument, reason::validation, "is no JSON object");
  }
  return read_event(*object, member_text(text, "data"));
}

}  // namespace detail
}  // namespace modcomm
