#include "core/json_parse.hpp"

#include <algorithm>
#include <string>

#include <simdjson.h>

namespace modcomm::detail {
namespace {

namespace dom = simdjson::dom;

/// Builds Values out of a document; false for what `parse_json` refuses.
class Builder {
 public:
  bool build(dom::element from, Value& to, std::size_t depth) {
    switch (from.type()) {
      case dom::element_type::OBJECT:
        return build_object(from.get_object().value_unsafe(), to, depth);
      case dom::element_type::ARRAY:
        return build_array(from.get_array().value_unsafe(), to, depth);
      case dom::element_type::INT64:
        to = number(from.get_int64().value_unsafe());
        return true;
      case dom::element_type::UINT64:
        to = from.get_uint64().value_unsafe();
        return true;
      case dom::element_type::DOUBLE:
        to = from.get_double().value_unsafe();
        return true;
      case dom::element_type::STRING:
        to = std::string(from.get_string().value_unsafe());
        return true;
      case dom::element_type::BOOL:
        to = from.get_bool().value_unsafe();
        return true;
      case dom::element_type::NULL_VALUE:
        to = nullptr;
        return true;
    }
    return false;
  }

 private:
  /// What is not negative is unsigned, as it is when nlohmann::json reads it.
  static Value number(std::int64_t value) {
    return value < 0 ? Value(value) : Value(static_cast<std::uint64_t>(value));
  }

  bool build_object(dom::object from, Value& to, std::size_t depth) {
    if (depth == max_json_depth) return false;
    to = Value::object();
    auto& members = to.get_ref<Value::object_t&>();
    for (const auto [key, element] : from) {
      const auto [member, is_new] = members.try_emplace(std::string(key));
      if (!is_new || !build(element, member->second, depth + 1)) return false;
    }
    return true;
  }

  bool build_array(dom::array from, Value& to, std::size_t depth) {
    if (depth == max_json_depth) return false;
    to = Value::array();
    auto& elements = to.get_ref<Value::array_t&>();
    elements.reserve(from.size());
    for (const dom::element element : from) {
      if (!build(element, elements.emplace_back(), depth + 1)) return false;
    }
    return true;
  }
};

}  // namespace

std::optional<Value> parse_plain_json(std::string_view text) {
  if (text.empty()) return std::nullopt;  // it would copy from null
  dom::parser parser;
  simdjson::error_code code =
      parser.allocate(std::max<std::size_t>(text.size(), 64), max_json_depth);
  dom::element document;
  if (code == simdjson::SUCCESS) code = parser.parse(text.data(), text.size()).get(document);
  if (code != simdjson::SUCCESS) return std::nullopt;
  Value value;
  if (!Builder().build(document, value, 0)) return std::nullopt;
  return value;
}

}  // namespace modcomm::detail
