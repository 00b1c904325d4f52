#include "events/json_members.hpp"

#include <modcomm/time_text.hpp>

#include "core/base64.hpp"
#include "core/quote.hpp"
#include "core/utf8.hpp"

namespace modcomm::detail {

Value text_value(std::string_view text) {
  if (is_utf8(text)) return text;
  return {{"base64", to_base64(text)}};
}

std::optional<std::string> text_of(const Value& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_object() || value.size() != 1) return std::nullopt;
  const auto bytes = value.find("base64");
  if (bytes == value.end() || !bytes->is_string()) return std::nullopt;
  return from_base64(bytes->get_ref<const std::string&>());
}

void MemberWriter::add_text(std::string_view name, std::string_view json) {
  if (text_.size() > 1) text_ += ',';
  text_.append("\"").append(name).append("\":").append(json);
}

const Value* MemberReader::find(const char* name) {
  asked_.insert(name);
  const auto found = object_.find(name);
  return found == object_.end() ? nullptr : &*found;
}

std::string MemberReader::text(const char* name) {
  const Value* const value = find(name);
  if (value == nullptr) return {};
  auto text = text_of(*value);
  if (!text) refuse(name, "is no text");
  return std::move(text).value_or("");
}

std::string MemberReader::required_text(const char* name) {
  if (!has(name)) refuse(name, "is missing");
  return text(name);
}

std::optional<WallTime> MemberReader::time(const char* name) {
  if (!has(name)) return std::nullopt;
  const auto time = parse_time(text(name));
  if (time) return *time;
  refuse(name, time.error().message());
  return std::nullopt;
}

WallTime MemberReader::required_time(const char* name) {
  if (!has(name)) refuse(name, "is missing");
  return time(name).value_or(WallTime{});
}

bool MemberReader::flag(const char* name) {
  const Value* const value = find(name);
  if (value == nullptr) return false;
  if (!value->is_boolean()) refuse(name, "is neither true nor false");
  return *value == true;
}

std::uint64_t MemberReader::number(const char* name) {
  const Value* const value = find(name);
  if (value == nullptr) return 0;
  if (value->is_number_unsigned()) return value->get<std::uint64_t>();
  refuse(name, "is no whole number");
  return 0;
}

std::optional<std::string> MemberReader::bytes(const char* name) {
  const Value* const value = find(name);
  if (value == nullptr) return std::nullopt;
  auto bytes =
      value->is_string() ? from_base64(value->get_ref<const std::string&>()) : std::nullopt;
  if (!bytes) refuse(name, "is no base64");
  return bytes;
}

void MemberReader::refuse(std::string_view name, std::string_view what) {
  if (fault_.empty()) fault_.append(name).append(": ").append(what);
}

Result<> MemberReader::finish() {
  for (const auto& [name, value] : object_.items()) {
    if (!asked_.contains(name)) refuse(detail::quoted(name), "is not known here");
  }
  if (fault_.empty()) return {};
  return Error(Code::invalid_argument, reason::validation, fault_);
}

}  // namespace modcomm::detail
