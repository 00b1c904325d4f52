#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <vector>

#include <simdjson.h>

#include <modcomm/detail/reflect_io.hpp>

#include "core/reflect_writer.hpp"

namespace modcomm::detail {
namespace {

/// Builds a Value.
class ValueWriter final : public Writer {
 public:
  void null() override { place(nullptr); }
  void boolean(bool value) override { place(value); }
  void integer(std::int64_t value) override { place(value); }
  void natural(std::uint64_t value) override { place(value); }
  void floating(double value) override { place(value); }
  void string(std::string_view value) override { place(value); }
  void value(const Value& value) override { place(value); }
  void begin_array() override { open_.push_back(place(Value::array())); }
  void end_array() override { open_.pop_back(); }
  void begin_object() override { open_.push_back(place(Value::object())); }
  void key(std::string_view key) override { key_ = key; }
  void end_object() override { open_.pop_back(); }

  Value take() { return std::move(root_); }

 private:
  Value* place(Value value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    Value& parent = *open_.back();
    if (parent.is_array()) return &parent.emplace_back(std::move(value));
    return &(parent[std::string(key_)] = std::move(value));
  }

  Value root_{};
  std::vector<Value*> open_{};
  std::string_view key_{};
};

/// Appends compact JSON text.
class TextWriter final : public Writer {
 public:
  void null() override { literal("null"); }
  void boolean(bool value) override { literal(value ? "true" : "false"); }
  void integer(std::int64_t value) override { number(value); }
  void natural(std::uint64_t value) override { number(value); }
  void floating(double value) override {
    number(value);
    if (out_.find_first_of(".e", number_start_) == std::string::npos) out_.append(".0");
  }
  void string(std::string_view value) override {
    separate();
    append_string(value);
  }
  void value(const Value& value) override {
    switch (value.type()) {
      case Value::value_t::null:
        return null();
      case Value::value_t::boolean:
        return boolean(value.get_ref<const bool&>());
      case Value::value_t::number_integer:
        return integer(value.get_ref<const std::int64_t&>());
      case Value::value_t::number_unsigned:
        return natural(value.get_ref<const std::uint64_t&>());
      case Value::value_t::number_float:
        return any_floating(value.get_ref<const double&>());
      case Value::value_t::string:
        return string(value.get_ref<const std::string&>());
      case Value::value_t::array:
        begin_array();
        for (const Value& element : value.get_ref<const Value::array_t&>()) this->value(element);
        return end_array();
      case Value::value_t::object:
        begin_object();
        for (const auto& [name, member] : value.get_ref<const Value::object_t&>()) {
          key(name);
          this->value(member);
        }
        return end_object();
      case Value::value_t::binary:
      case Value::value_t::discarded:
        return literal(dump(value));
    }
  }
  void begin_array() override { begin("["); }
  void end_array() override { out_.push_back(']'); }
  void begin_object() override { begin("{"); }
  void key(std::string_view key) override {
    separate();
    append_string(key);
    out_.push_back(':');
  }
  void end_object() override { out_.push_back('}'); }

  std::string take() { return std::move(out_); }

 private:
  /// A comma, unless this is the first thing in its container or follows its key. Strings end with
  /// a quote, so the last character tells.
  void separate() {
    if (out_.empty()) return;
    const char last = out_.back();
    if (last != '[' && last != '{' && last != ':') out_.push_back(',');
  }

  static std::string dump(const Value& value) {
    return value.dump(-1, ' ', false, Value::error_handler_t::replace);
  }

  /// JSON has no infinity and no NaN.
  void any_floating(double value) { std::isfinite(value) ? floating(value) : null(); }

  void literal(std::string_view text) {
    separate();
    out_.append(text);
  }

  void begin(std::string_view bracket) {
    if (out_.empty()) out_.reserve(likely_length);
    literal(bracket);
  }

  template <class T>
  void number(T value) {
    separate();
    number_start_ = out_.size();
    std::array<char, 32> text{};
    out_.append(text.begin(), std::to_chars(text.begin(), text.end(), value).ptr);
  }

  void append_string(std::string_view text) {
    if (!simdjson::validate_utf8(text.data(), text.size())) {
      out_.append(dump(Value(text)));
      return;
    }
    out_.push_back('"');
    while (true) {
      const std::size_t plain = plain_length(text);
      out_.append(text.substr(0, plain));
      if (plain == text.size()) break;
      append_escaped(text[plain]);
      text.remove_prefix(plain + 1);
    }
    out_.push_back('"');
  }

  static bool is_plain(char c) noexcept {
    return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
  }

  /// Up to the first character that is to be escaped. By blocks, which the compiler looks at in one
  /// step each.
  static std::size_t plain_length(std::string_view text) noexcept {
    constexpr std::size_t block = 32;
    std::size_t length = 0;
    for (; text.size() - length >= block; length += block) {
      bool plain = true;
      for (std::size_t i = 0; i < block; ++i) plain &= is_plain(text[length + i]);
      if (!plain) break;
    }
    while (length < text.size() && is_plain(text[length])) ++length;
    return length;
  }

  void append_escaped(char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    constexpr std::string_view special = "\"\\\b\f\n\r\t";
    constexpr std::string_view letters = "\"\\bfnrt";
    if (const std::size_t at = special.find(c); at != std::string_view::npos) {
      out_.append(1, '\\').append(1, letters[at]);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out_.append("\\u00").append(1, digits[byte >> 4U]).append(1, digits[byte & 0xFU]);
    }
  }

  static constexpr std::size_t likely_length = 240;  // of what has members

  std::string out_{};
  std::size_t number_start_ = 0;
};

}  // namespace

Value write_value(const Shape& shape, const void* object) {
  ValueWriter writer;
  write(shape, object, writer);
  return writer.take();
}

std::string write_text(const Shape& shape, const void* object) {
  TextWriter writer;
  write(shape, object, writer);
  return writer.take();
}

}  // namespace modcomm::detail

namespace modcomm {

std::string to_json(const Value& value) {
  detail::TextWriter writer;
  writer.value(value);
  return writer.take();
}

}  // namespace modcomm
