#include <algorithm>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "support/reflect_random.hpp"

namespace modcomm {
namespace {

/// A validator of the JSON Schema keywords that `json_schema` uses, written from the specification,
/// but for 2.0, which is no integer here.
class Validator {
 public:
  explicit Validator(const Value& root) : root_(root) {}

  bool valid(const Value& schema, const Value& value) const {
    if (schema.contains("$ref")) {
      const std::string pointer = schema["$ref"].get<std::string>().substr(1);
      if (!valid(root_.at(Value::json_pointer(pointer)), value)) return false;
    }
    if (schema.contains("type") && !has_type(schema["type"], value)) return false;
    if (schema.contains("enum") && !contains(schema["enum"], value)) return false;
    if (schema.contains("anyOf") && !any(schema["anyOf"], value)) return false;
    if (value.is_number() && !in_range(schema, value)) return false;
    if (value.is_string() && !matches(schema, value)) return false;
    if (value.is_array() && !valid_array(schema, value)) return false;
    return !value.is_object() || valid_object(schema, value);
  }

 private:
  static bool has_type(const std::string& type, const Value& value) {
    if (type == "integer") return value.is_number_integer();
    if (type == "number") return value.is_number();
    return type == value.type_name();
  }
  static bool contains(const Value& list, const Value& value) {
    return std::find(list.begin(), list.end(), value) != list.end();
  }
  bool any(const Value& schemas, const Value& value) const {
    return std::any_of(schemas.begin(), schemas.end(),
                       [&](const Value& schema) { return valid(schema, value); });
  }
  static bool in_range(const Value& schema, const Value& value) {
    return (!schema.contains("minimum") || value >= schema["minimum"]) &&
           (!schema.contains("maximum") || value <= schema["maximum"]);
  }
  static bool matches(const Value& schema, const Value& value) {
    if (!schema.contains("pattern")) return true;
    EXPECT_EQ(schema["pattern"], R"(^-?([0-9]+(\.[0-9]+)?(d|h|m|s|ms|us|ns))+$)");
    return is_duration(value.get<std::string>());
  }
  /// That one pattern; a regular expression engine would double the time to compile this file.
  static bool is_duration(std::string_view text) {
    const auto digits = [&] {
      const std::size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
      text.remove_prefix(count);
      return count > 0;
    };
    if (text.starts_with('-')) text.remove_prefix(1);
    bool good = !text.empty();
    while (good && !text.empty()) {
      good = digits();
      if (good && text.starts_with('.')) {
        text.remove_prefix(1);
        good = digits();
      }
      const std::size_t unit = std::min(text.find_first_of("0123456789.-"), text.size());
      good = good && std::set<std::string_view>{"d", "h", "m", "s", "ms", "us", "ns"}.contains(
                         text.substr(0, unit));
      text.remove_prefix(unit);
    }
    return good;
  }
  bool valid_array(const Value& schema, const Value& value) const {
    if (schema.value("minItems", 0U) > value.size()) return false;
    if (schema.contains("maxItems") && schema["maxItems"] < value.size()) return false;
    if (schema.value("uniqueItems", false)) {
      if (std::set<Value>(value.begin(), value.end()).size() != value.size()) return false;
    }
    return !schema.contains("items") ||
           std::all_of(value.begin(), value.end(),
                       [&](const Value& item) { return valid(schema["items"], item); });
  }
  bool valid_object(const Value& schema, const Value& value) const {
    for (const Value& key : schema.value("required", Value::array())) {
      if (!value.contains(key)) return false;
    }
    const Value properties = schema.value("properties", Value::object());
    for (const auto& [key, part] : value.items()) {
      if (properties.contains(key)) {
        if (!valid(properties[key], part)) return false;
      } else if (schema.contains("additionalProperties")) {
        const Value& rest = schema["additionalProperties"];
        if (rest == false || !valid(rest, part)) return false;
      }
    }
    return true;
  }

  const Value& root_;
};

template <class T>
bool schema_accepts(const Value& value) {
  const Value schema = json_schema<T>();
  return Validator(schema).valid(schema, value);
}

RC_GTEST_PROP(Schema, AcceptsWhatIsWritten, ()) {
  RC_ASSERT(schema_accepts<lab::Plan>(to_value(*lab::random::plan())));
}

/// One member replaced: the schema and the reader must judge alike.
template <class T>
void judged_alike(const T& object) {
  Value value = to_value(object);
  const auto names = *rc::gen::inRange<std::size_t>(0, value.size());
  auto place = value.begin();
  std::advance(place, static_cast<std::ptrdiff_t>(names));
  *place = *lab::random::json(1);
  if (*rc::gen::inRange(0, 8) == 0) value.erase(place.key());
  if (*rc::gen::inRange(0, 8) == 0) value["extra"] = 1;
  RC_ASSERT(schema_accepts<T>(value) == from_value<T>(value).has_value());
}

RC_GTEST_PROP(Schema, JudgesLikeTheReader, ()) {
  judged_alike(lab::Job{.step_name = "x", .owner = "me"});
  judged_alike(*lab::random::limits());
  judged_alike(*lab::random::step());
  judged_alike(lab::Tree{.label = "root", .branches = {{.label = "leaf"}}});
}

TEST(Schema, NamesKeysTypesDefaultsAndWhatIsRequired) {
  EXPECT_EQ(
      to_json(json_schema<lab::Job>()),
      R"({"$schema":"https://json-schema.org/draft/2020-12/schema","additionalProperties":false,)"
      R"("properties":{"MaxJobs":{"default":5,"maximum":2147483647,"minimum":-2147483648,"type":"integer"},)"
      R"("StepName":{"type":"string"},"ownedBy":{"anyOf":[{"type":"string"},{"type":"null"}]}},)"
      R"("required":["StepName"],"type":"object"})");
}

TEST(Schema, NestedTypesAreDefinedOnceAndRecursionRefersBack) {
  const Value plan = json_schema<lab::Plan>();
  EXPECT_EQ(plan["properties"]["steps"]["items"]["$ref"], "#/$defs/Step");
  EXPECT_EQ(plan["$defs"]["Step"]["properties"]["limits"], (Value{{"$ref", "#/$defs/Limits"}}));
  EXPECT_EQ(plan["$defs"]["Step"]["properties"]["name"]["default"], "unnamed");
  EXPECT_EQ(plan["$defs"].size(), 2U);
  EXPECT_EQ(json_schema<lab::Tree>()["properties"]["branches"]["items"]["$ref"], "#");
}

TEST(Schema, ExistsForTypesThatAreNoStructs) {
  EXPECT_EQ(json_schema<bool>()["type"], "boolean");
  EXPECT_EQ(json_schema<lab::Phase>()["enum"], (Value{"planned", "running_now", "done"}));
  EXPECT_EQ(json_schema<std::chrono::system_clock::time_point>()["format"], "date-time");
  EXPECT_TRUE(schema_accepts<lab::Figure>(to_value(lab::Figure(lab::Circle{1}))));
}

}  // namespace
}  // namespace modcomm
