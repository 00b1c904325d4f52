#include "events/event_members.hpp"

#include <boost/describe/enum_from_string.hpp>
#include <boost/describe/enum_to_string.hpp>

#include "events/refusal.hpp"

namespace modcomm::detail {

std::string_view text_of(Priority priority) {
  return boost::describe::enum_to_string(priority, "normal");
}

Priority read_priority(MemberReader& members) {
  const std::string text = members.text("priority");
  Priority priority = Priority::normal;
  if (!text.empty() && !boost::describe::enum_from_string(text.c_str(), priority)) {
    members.refuse("priority", "is none of low, normal, high, critical");
  }
  return priority;
}

Value headers_value(const FileEvent& event) {
  Value all = Value::array();
  for (const auto& [name, value] : event.headers) {
    all.push_back(Value::array({text_value(name), text_value(value)}));
  }
  return all;
}

void read_headers(MemberReader& members, const Value& pairs, FileEvent& event) {
  constexpr std::string_view fault = "is no list of pairs of texts";
  if (!pairs.is_array()) return members.refuse("headers", fault);
  for (const Value& pair : pairs) {
    if (!pair.is_array() || pair.size() != 2) return members.refuse("headers", fault);
    auto name = text_of(pair[0]);
    auto value = text_of(pair[1]);
    if (!name || !value) return members.refuse("headers", fault);
    event.headers.emplace_back(std::move(*name), std::move(*value));
  }
}

void read_data(MemberReader& members, std::string_view written, FileEvent& event) {
  const bool as_it_is = members.find("data") != nullptr;
  auto bytes = members.bytes("data_base64");
  if (as_it_is && bytes)
    members.refuse("data_base64", "stands beside 'data'; one of them is enough");
  if (as_it_is) event.data = written;
  if (bytes) event.data = std::move(*bytes);
}

Result<FileEvent> read_event(const Value& object, std::string_view written) {
  MemberReader members(object);
  FileEvent event{.id = members.required_text("id"),
                  .name = members.required_text("name"),
                  .channel = members.required_text("channel"),
                  .source = members.required_text("source"),
                  .time = members.required_time("time"),
                  .expires = members.time("expires"),
                  .sequence = members.number("sequence"),
                  .priority = read_priority(members),
                  .correlation_id = members.text("correlation_id"),
                  .broadcast = members.flag("broadcast")};
  if (const Value* const pairs = members.find("headers")) read_headers(members, *pairs, event);
  read_data(members, written, event);
  if (members.has("data_left_out")) event.data_left_out = members.number("data_left_out");
  const bool typed = members.has("content_type");
  event.content_type = members.text("content_type");
  if (!typed && (members.has("data") || members.has("data_base64"))) event.content_type = json_type;
  const std::string expected = members.text("check");
  if (auto ok = finish(members, event, expected); !ok) return ok.error();
  return event;
}

Result<> finish(MemberReader& members, const FileEvent& event, std::string_view expected_check) {
  if (auto ok = members.finish(); !ok) return ok;
  if (event.data_left_out) {
    return refusal("the event was exported without its data; export it with them");
  }
  if (auto ok = check(event); !ok) return ok;
  if (expected_check.empty() || checksum(body_of(event)) == expected_check) return {};
  return refusal(
      "the checksum of the event is another one; it was changed or damaged. If it was changed on "
      "purpose, remove 'check'");
}

}  // namespace modcomm::detail
