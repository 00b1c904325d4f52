// Dead letters as objects of JSON.
#include <modcomm/dead_letter.hpp>
#include <modcomm/reflect.hpp>
#include <modcomm/time_text.hpp>

#include "core/base64.hpp"
#include "events/file_event.hpp"
#include "events/json_members.hpp"

namespace modcomm {
namespace {

using detail::MemberWriter;
using detail::text_value;

void write_headers(MemberWriter& members, const DeadLetter& letter) {
  if (letter.headers.empty()) return;
  Value headers = Value::array();
  for (const auto& [name, value] : letter.headers) {
    headers.push_back({{"name", text_value(name)}, {"value", text_value(value)}});
  }
  members.add("headers", headers);
}

void write_attempts(MemberWriter& members, const DeadLetter& letter) {
  Value attempts = Value::array();
  for (const auto& [time, error] : letter.attempts) {
    attempts.push_back({{"time", format_time(time)}, {"error", text_value(error)}});
  }
  members.add("attempts", attempts);
}

void write_data(MemberWriter& members, const DeadLetter& letter) {
  if (letter.content_type != detail::json_type) {
    members.add_unless_empty("content_type", letter.content_type);
  }
  if (detail::is_plain_json(letter.content_type, letter.payload)) {
    members.add_text("data", letter.payload);
  } else if (!letter.payload.empty()) {
    members.add("data_base64", detail::to_base64(letter.payload));
  }
}

}  // namespace

std::string to_json_line(const DeadLetter& letter) {
  MemberWriter members;
  members.add("id", letter.id);
  members.add("kind", to_value(letter.kind));
  members.add("name", letter.name);
  members.add_unless_empty("channel", letter.channel);
  members.add_unless_empty("consumer", letter.consumer);
  members.add_unless_empty("module", letter.module);
  members.add_unless_empty("source", letter.source);
  members.add_unless_empty("message_id", letter.message_id);
  if (letter.sequence != 0) members.add("sequence", letter.sequence);
  members.add("time", format_time(letter.time));
  members.add("died", format_time(letter.died));
  members.add_unless_empty("priority", letter.priority);
  members.add_unless_empty("correlation_id", letter.correlation_id);
  members.add_unless_empty("reason", letter.reason);
  members.add("deliveries", letter.deliveries);
  if (letter.redriven != 0) members.add("redriven", letter.redriven);
  write_headers(members, letter);
  write_attempts(members, letter);
  write_data(members, letter);
  return members.take();
}

}  // namespace modcomm
