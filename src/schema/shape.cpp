#include "schema/shape.hpp"

#include <algorithm>

#include "core/quote.hpp"
#include "schema/describe.hpp"
#include "schema/number.hpp"
#include "schema/order.hpp"
#include "schema/uri.hpp"

namespace modcomm::detail {
namespace {

bool is_names(const Value& value) {
  return value.is_array() && std::ranges::all_of(value, &Value::is_string) &&
         !find_twins(value.get_ref<const Value::array_t&>());
}

bool is_type(const Value& value) {
  return value.is_string() && kinds_named(value.get_ref<const std::string&>()) != 0;
}

bool is_types(const Value& value) {
  if (!value.is_array()) return is_type(value);
  return !value.empty() && std::ranges::all_of(value, is_type) &&
         !find_twins(value.get_ref<const Value::array_t&>());
}

bool is_anchor(const Value& value) {
  if (!value.is_string()) return false;
  const auto& name = value.get_ref<const std::string&>();
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  const auto inner = [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
  };
  return !name.empty() && letter(name.front()) && std::ranges::all_of(name, inner);
}

bool is_identifier(const Value& value) {
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  return std::min(text.find('#'), text.size()) + 1 >= text.size();
}

bool is_count(const Value& value) {
  return value.is_number() && is_integral(value) && exact(value) >= 0;
}

template <class Test>
bool is_map_of(const Value& value, Test test) {
  return value.is_object() && std::ranges::all_of(value, test);
}

bool fits(Holds holds, const Value& value) {
  switch (holds) {
    case Holds::anything:
      return true;
    case Holds::schema:
      return value.is_object() || value.is_boolean();
    case Holds::schemas:
      return value.is_array() && !value.empty();
    case Holds::schema_map:
    case Holds::schema_by_pattern:
      return value.is_object();
    case Holds::schema_or_names:
      return is_map_of(value, [](const Value& part) { return !part.is_array() || is_names(part); });
    case Holds::text:
    case Holds::pattern:
    case Holds::reference:
      return value.is_string();
    case Holds::flag:
      return value.is_boolean();
    case Holds::number:
      return value.is_number();
    case Holds::positive:
      return value.is_number() && exact(value) > 0;
    case Holds::count:
      return is_count(value);
    case Holds::values:
      return value.is_array();
    case Holds::names:
      return is_names(value);
    case Holds::names_map:
      return is_map_of(value, is_names);
    case Holds::types:
      return is_types(value);
    case Holds::identifier:
      return is_identifier(value);
    case Holds::anchor:
      return is_anchor(value);
    case Holds::vocabularies:
      return is_map_of(value, [](const Value& part) { return part.is_boolean(); });
  }
  return false;
}

std::string_view expectation(Holds holds) {
  switch (holds) {
    case Holds::anything:
    case Holds::schema:
      return "a schema: an object or a boolean";
    case Holds::schemas:
      return "an array of one or more schemas";
    case Holds::schema_map:
      return "an object of schemas";
    case Holds::schema_by_pattern:
      return "an object of schemas by pattern";
    case Holds::schema_or_names:
      return "an object of schemas or arrays of different strings";
    case Holds::text:
      return "a string";
    case Holds::flag:
      return "true or false";
    case Holds::number:
      return "a number";
    case Holds::positive:
      return "a number above 0";
    case Holds::count:
      return "a whole number of 0 or more";
    case Holds::values:
      return "an array";
    case Holds::names:
      return "an array of different strings";
    case Holds::names_map:
      return "an object of arrays of different strings";
    case Holds::types:
      return "a type (null, boolean, integer, number, string, array, object), or an array of "
             "different ones";
    case Holds::pattern:
      return "a regular expression";
    case Holds::reference:
      return "a URI reference";
    case Holds::identifier:
      return "a URI reference without a fragment";
    case Holds::anchor:
      return "a name that begins with a letter or _ and goes on with those, digits, - and .";
    case Holds::vocabularies:
      return "an object of booleans";
  }
  return "something else";
}

std::string advice(const Keyword& keyword, const Value& value) {
  if (keyword.name == "items" && value.is_array()) return "; arrays of schemas are `prefixItems`";
  if (keyword.name == "required" && value.is_boolean()) {
    return "; list the required keys beside `properties`";
  }
  if (keyword.name.starts_with("exclusive") && value.is_boolean()) {
    return "; 2020-12 holds the limit itself here";
  }
  if (keyword.holds == Holds::identifier && value.is_string()) return "; use `$anchor`";
  return {};
}

/// Constants are compared later, which goes as deep as they do.
bool is_too_deep(const Keyword& keyword, const Value& value) {
  const bool is_constant = keyword.holds == Holds::anything || keyword.holds == Holds::values;
  return is_constant && extent_of(value).too_deep;
}

}  // namespace

void refuse(Faults& faults, const std::string& location, std::string message) {
  faults.add({.path = location, .message = std::move(message), .keyword = location});
}

bool check_shape(const Keyword& keyword, const Value& value, const std::string& location,
                 Faults& faults) {
  if (fits(keyword.holds, value)) {
    if (!is_too_deep(keyword, value)) return true;
    refuse(faults, location, "nested deeper than " + std::to_string(max_json_depth) + " levels");
    return false;
  }
  refuse(faults, location,
         "expected " + std::string(expectation(keyword.holds)) + ", found " + described(value) +
             advice(keyword, value));
  return false;
}

}  // namespace modcomm::detail
