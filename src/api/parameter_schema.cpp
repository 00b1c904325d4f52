#include "api/parameter_schema.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace modcomm::detail {
namespace {

constexpr std::array<std::string_view, 7> known_types = {"any",     "string", "integer", "number",
                                                         "boolean", "array",  "object"};

using Faults = std::vector<Fault>;

/// The keywords that `minimum` and `maximum` stand for; none where they mean nothing.
struct LimitWords {
  const char* least = nullptr;
  const char* most = nullptr;
  bool of_length = false;
};

LimitWords limit_words(std::string_view type) {
  if (type == "string") return {"minLength", "maxLength", true};
  if (type == "array") return {"minItems", "maxItems", true};
  if (type == "boolean" || type == "object") return {};
  return {"minimum", "maximum"};
}

bool is_whole(double number) {
  constexpr double exact = 9007199254740992;  // 2^53
  return std::trunc(number) == number && std::abs(number) <= exact;
}

/// Whole numbers are written as such.
Value limit(double number) {
  return is_whole(number) ? Value(static_cast<std::int64_t>(number)) : Value(number);
}

void check_limit(const std::optional<double>& number, const std::string& path,
                 const LimitWords& words, Faults& faults) {
  if (!number) return;
  if (words.least == nullptr) {
    faults.push_back({path, "limits numbers, and the length of texts and arrays; leave it out"});
  } else if (!std::isfinite(*number)) {
    faults.push_back({path, "is no number; give one, or leave it out"});
  } else if (words.of_length && (!is_whole(*number) || *number < 0)) {
    faults.push_back({path, "limits a length; give a whole number from 0 on"});
  }
}

void check_limits(const Parameter& parameter, const std::string& path, std::string_view type,
                  Faults& faults) {
  const LimitWords words = limit_words(type);
  check_limit(parameter.minimum, path + ".minimum", words, faults);
  check_limit(parameter.maximum, path + ".maximum", words, faults);
  if (parameter.minimum && parameter.maximum && *parameter.minimum > *parameter.maximum) {
    faults.push_back({path + ".minimum", "is above the maximum; nothing could be given"});
  }
  if (!parameter.pattern.empty() && type != "string" && type != "any") {
    faults.push_back({path + ".pattern", "is of texts; leave it out, or take a string"});
  }
}

/// What values must be, beyond their type.
Value rules_of(const Parameter& parameter, std::string_view type) {
  Value rules = Value::object();
  if (!parameter.one_of.empty()) rules["enum"] = parameter.one_of;
  if (!parameter.pattern.empty()) rules["pattern"] = parameter.pattern;
  const LimitWords words = limit_words(type);
  if (parameter.minimum) rules[words.least] = limit(*parameter.minimum);
  if (parameter.maximum) rules[words.most] = limit(*parameter.maximum);
  return rules;
}

Value schema_of(const Parameter& parameter) {
  Value schema = rules_of(parameter, parameter.type);
  if (parameter.type != "any") schema["type"] = parameter.type;
  if (!parameter.description.empty()) schema["description"] = parameter.description;
  if (parameter.default_value) schema["default"] = *parameter.default_value;
  return schema;
}

std::string path_of(std::size_t index) { return "parameters[" + std::to_string(index) + "]"; }

void check_name(const std::vector<Parameter>& parameters, std::size_t index, Faults& faults) {
  const std::string& name = parameters[index].name;
  const std::string path = path_of(index) + ".name";
  if (name.empty()) faults.push_back({path, "is empty; name the parameter"});
  if (std::ranges::count(parameters, name, &Parameter::name) > 1) {
    faults.push_back({path, "'" + name + "' stands here twice"});
  }
}

Faults faults_of(const std::vector<Parameter>& parameters) {
  Faults faults;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Parameter& parameter = parameters[i];
    check_name(parameters, i, faults);
    if (std::ranges::find(known_types, parameter.type) == known_types.end()) {
      faults.push_back({path_of(i) + ".type",
                        "'" + parameter.type +
                            "' is unknown; use any, string, integer, number, boolean, array or "
                            "object"});
    }
    check_limits(parameter, path_of(i), parameter.type, faults);
  }
  return faults;
}

Error refusal(Faults faults) {
  return Error(Code::invalid_argument, reason::validation,
               faults.front().path + ": " + faults.front().message)
      .with_faults(std::move(faults));
}

// ---- notes on a type ----

/// Of a member's values; an optional's, where it has one.
std::string type_of(const Value& property) {
  if (property.contains("anyOf")) return type_of(property["anyOf"].front());
  return property.value("type", "any");
}

bool is_optional(const Value& property) {
  return property.contains("anyOf") && property["anyOf"].back() == Value{{"type", "null"}};
}

/// What a type says itself is not said again.
void check_note(const Parameter& note, const std::string& path, Faults& faults) {
  const auto leave_out = [&](bool given, const char* what, const char* says) {
    if (given) faults.push_back({path + what, std::string("the handler's type ") + says});
  };
  leave_out(note.type != "any", ".type", "says it; leave it out");
  leave_out(note.required, ".required", "says it; leave it out");
  leave_out(note.default_value.has_value(), ".default_value",
            "has its own, the initialiser; leave it out");
}

/// Narrower than the type's own: of two limits the tighter one holds.
void tighten(Value& property, const Value& rules) {
  for (const auto& [word, value] : rules.items()) {
    const bool least = word == "minimum" && property.contains(word);
    const bool most = word == "maximum" && property.contains(word);
    if (least && property[word] > value) continue;
    if (most && property[word] < value) continue;
    property[word] = value;
  }
}

}  // namespace

Result<Value> schema_of(const std::vector<Parameter>& parameters) {
  Faults faults = faults_of(parameters);
  if (!faults.empty()) return refusal(std::move(faults));
  Value schema = {{"type", "object"}, {"properties", Value::object()}};
  schema["additionalProperties"] = false;
  for (const Parameter& parameter : parameters) {
    schema["properties"][parameter.name] = schema_of(parameter);
    if (parameter.required) schema["required"].push_back(parameter.name);
  }
  return schema;
}

Result<NotedSchema> with_notes(Value type, const std::vector<Parameter>& notes) {
  NotedSchema noted{.whole = std::move(type)};
  Value limits = Value::object();
  Faults faults;
  for (std::size_t i = 0; i < notes.size(); ++i) {
    const Parameter& note = notes[i];
    check_name(notes, i, faults);
    check_note(note, path_of(i), faults);
    Value& properties = noted.whole["properties"];
    if (!properties.contains(note.name)) {
      faults.push_back({path_of(i) + ".name", "the handler's type has no member '" + note.name +
                                                  "'; name one, or leave the note out"});
      continue;
    }
    Value& property = properties[note.name];
    const std::string member_type = type_of(property);
    check_limits(note, path_of(i), member_type, faults);
    if (!faults.empty()) continue;
    if (!note.description.empty()) property["description"] = note.description;
    Value rules = rules_of(note, member_type);
    if (rules.contains("enum") && is_optional(property)) rules["enum"].push_back(nullptr);
    tighten(property, rules);
    if (!rules.empty()) limits[note.name] = std::move(rules);
  }
  if (!faults.empty()) return refusal(std::move(faults));
  if (!limits.empty()) noted.limits = {{"properties", std::move(limits)}};
  return noted;
}

}  // namespace modcomm::detail
