#include "api/parameter_schema.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include <modcomm/schema.hpp>

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
  if (type == "integer" || type == "number" || type == "any") return {"minimum", "maximum"};
  return {};
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

bool is_optional(const Value& property) {
  return property.contains("anyOf") && property["anyOf"].size() == 2 &&
         property["anyOf"].back() == Value{{"type", "null"}};
}

/// Of a member's values; an optional's, where it has one.
std::string type_of(const Value& property) {
  if (property.contains("$ref")) return "object";
  if (is_optional(property)) return type_of(property["anyOf"].front());
  if (property.contains("anyOf")) return "variant";
  return property.value("type", "any");
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

/// The member has to keep both: its type's rules, and these.
void narrow(Value& property, const Value& rules) {
  for (const auto& [word, value] : rules.items()) {
    if (!property.contains(word)) {
      property[word] = value;
    } else if (word.starts_with("min")) {
      property[word] = std::max(property[word], value);
    } else if (word.starts_with("max")) {
      property[word] = std::min(property[word], value);
    } else {
      property["allOf"].push_back({{word, value}});
    }
  }
}

bool allows_nothing(const Value& property, const LimitWords& words) {
  return words.least != nullptr && property.contains(words.least) &&
         property.contains(words.most) && property[words.least] > property[words.most];
}

bool accepts(const Value& whole, const Value& property, const Value& value) {
  Value schema{{"allOf", Value::array({property})}};
  if (whole.contains("$defs")) schema["$defs"] = whole["$defs"];
  const auto compiled = Schema::compile(std::move(schema));
  return !compiled || compiled->accepts(value);
}

/// Adds what a note says to the schema of its member; answers what it demands beyond the type.
class NoteOnMember {
 public:
  NoteOnMember(const Value& whole, Value& property, const Parameter& note, std::string path)
      : whole_(whole),
        property_(property),
        note_(note),
        path_(std::move(path)),
        type_(type_of(property)) {}

  Value add(Faults& faults) {
    check_limits(note_, path_, type_, faults);
    for (const Value& value : note_.one_of) {
      if (accepts(whole_, property_, value)) continue;
      faults.push_back({path_ + ".one_of", to_json(value) + " is no value of this member"});
    }
    if (!faults.empty()) return {};
    if (!note_.description.empty()) property_["description"] = note_.description;
    Value rules = rules_of(note_, type_);
    if (rules.empty()) return {};
    if (rules.contains("enum") && is_optional(property_)) rules["enum"].push_back(nullptr);
    narrow(property_, rules);
    check_outcome(faults);
    if (type_ == "any") return rules;
    // What has no form in JSON, as infinity, becomes null, which no limit refuses.
    rules["type"] = is_optional(property_) ? Value::array({type_, "null"}) : Value(type_);
    return rules;
  }

 private:
  void check_outcome(Faults& faults) const {
    if (allows_nothing(property_, limit_words(type_))) {
      faults.push_back({path_, "leaves nothing of what the member's type allows"});
    } else if (property_.contains("default") && !accepts(whole_, property_, property_["default"])) {
      faults.push_back({path_, "refuses the member's own initialiser, " +
                                   to_json(property_["default"]) + "; change one of them"});
    }
  }

  const Value& whole_;
  Value& property_;
  const Parameter& note_;
  const std::string path_;
  const std::string type_;
};

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
    Value demands = NoteOnMember(noted.whole, properties[note.name], note, path_of(i)).add(faults);
    if (!demands.is_null()) limits[note.name] = std::move(demands);
  }
  if (!faults.empty()) return refusal(std::move(faults));
  if (!limits.empty()) noted.limits = {{"properties", std::move(limits)}};
  return noted;
}

}  // namespace modcomm::detail
