// The members of a JSON object, written and read one after the other.
//
// Errors.    invalid_argument / validation; the message names the member. The first fault is kept.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include <modcomm/clock.hpp>
#include <modcomm/value.hpp>

namespace modcomm::detail {

/// A text as JSON; what is no UTF-8 becomes {"base64": …}.
Value text_value(std::string_view text);
/// The text again; empty for what is none.
std::optional<std::string> text_of(const Value& value);

class MemberWriter {
 public:
  void add(std::string_view name, const Value& value) { add_text(name, to_json(value)); }
  /// Nothing, where the text is empty.
  void add_unless_empty(std::string_view name, std::string_view text) {
    if (!text.empty()) add(name, text_value(text));
  }
  /// JSON as it is.
  void add_text(std::string_view name, std::string_view json);
  std::string take() { return std::move(text_.append("}")); }

 private:
  std::string text_ = "{";
};

class MemberReader {
 public:
  /// The object must outlive it.
  explicit MemberReader(const Value& object) : object_(object) {}

  /// Null where there is no such member.
  const Value* find(const char* name);
  bool has(const char* name) const { return object_.contains(name); }
  std::string text(const char* name);
  std::string required_text(const char* name);
  std::optional<WallTime> time(const char* name);
  WallTime required_time(const char* name);
  bool flag(const char* name);
  std::uint64_t number(const char* name);
  std::optional<std::string> bytes(const char* name);

  void refuse(std::string_view name, std::string_view what);
  /// The first fault, or a member that nobody asked for.
  Result<> finish();

 private:
  const Value& object_;
  std::set<std::string_view> asked_{};
  std::string fault_{};
};

}  // namespace modcomm::detail
