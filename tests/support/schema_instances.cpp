#include "support/schema_instances.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>
#include <utility>

#include "core/path.hpp"

namespace modcomm::test {
namespace {

/// Texts that match the patterns of the document; nobody makes them up from a regular expression.
std::string text_for(const std::string& pattern) {
  static const std::map<std::string, std::string> texts = {
      {R"(^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$)",
       "YQ=="},
      {R"(^sha256:[a-f0-9]{64}$)", "sha256:" + std::string(64, '0')},
      {R"(^[A-Za-z0-9.\-_]+$)", "a"},
      {R"(^[a-zA-Z0-9._-]+$)", "a"},
      {R"(^\d+\.\d+\.\d+$)", "1.2.3"},
      {R"(^https://)", "https://host"},
      {R"(^([0-9a-fA-F]{40}(?:[0-9a-fA-F]{24})?)$)", std::string(40, 'a')},
      {R"(^refs/(heads|tags|pull)/.*$)", "refs/heads/main"},
      {R"(^refs/)", "refs/heads"},
      {R"(^pkg)", "pkg:a"},
      {R"(^ssh-(rsa|dss|ed25519) |^ecdsa-sha2-nistp(256|384|521) )", "ssh-rsa AAAA"},
      {R"(^ssh-(rsa|dss|ed25519) |^ecdsa-sha2-nistp(256|384|521) |^(sk-ssh-ed25519|sk-ecdsa-sha2-nistp256)@openssh.com )",
       "ssh-rsa AAAA"},
  };
  const auto found = texts.find(pattern);
  if (found == texts.end()) throw std::runtime_error("no text is known for pattern " + pattern);
  return found->second;
}

bool has_alternatives(const Value& schema) {
  return schema.contains("oneOf") || schema.contains("anyOf") || schema.contains("allOf");
}

/// The first type of a schema that is not null; empty without one.
std::string type_of(const Value& schema) {
  const Value types = schema.value("type", Value());
  if (types.is_string()) return types.get<std::string>();
  if (types.is_array()) return types.at(0).get<std::string>();
  if (schema.contains("properties") || schema.contains("required")) return "object";
  return schema.contains("items") ? "array" : "";
}

class Generator {
 public:
  explicit Generator(const Value& root) : root_(root) {}

  const Value& resolved(const Value& schema) const {
    if (!schema.contains("$ref")) {
      return schema;  // NOLINT(bugprone-return-const-ref-from-parameter): a part of root_
    }
    return resolved(root_.at(Value::json_pointer(schema["$ref"].get<std::string>().substr(1))));
  }

  Value make(const Value& reference, bool only_required = false) const {
    const Value& schema = resolved(reference);
    if (has_alternatives(schema)) return make(flattened(schema), true);
    if (schema.contains("enum")) return schema["enum"].at(0);
    const std::string type = type_of(schema);
    if (type == "object") return make_object(schema, only_required);
    if (type == "array") return make_array(schema);
    if (type == "string") return make_text(schema);
    if (type == "boolean") return true;
    if (type == "integer" || type == "number") return make_number(schema);
    return "anything";
  }

 private:
  /// One schema out of it, its `allOf` and the first of its alternatives, whose properties are
  /// required: without them, others may fit as well.
  Value flattened(const Value& reference) const {
    Value schema = resolved(reference);
    for (const char* keyword : {"oneOf", "anyOf"}) {
      if (!schema.contains(keyword)) continue;
      const Value alternative = flattened(schema[keyword].at(0));
      const Value own = alternative.value("properties", Value::object());
      for (const auto& [name, property] : own.items()) schema["required"].push_back(name);
      merge(schema, alternative);
      schema.erase(keyword);
    }
    if (schema.contains("allOf")) {
      const Value all = schema["allOf"];
      schema.erase("allOf");
      for (const Value& each : all) merge(schema, flattened(each));
    }
    return schema;
  }

  static void merge(Value& schema, const Value& more) {
    for (const auto& [keyword, value] : more.items()) {
      if (keyword == "properties") {
        schema["properties"].update(value);
      } else if (keyword == "required") {
        for (const Value& name : value) schema["required"].push_back(name);
      } else {
        schema[keyword] = value;
      }
    }
  }

  Value make_object(const Value& schema, bool only_required) const {
    Value object = Value::object();
    const Value required = schema.value("required", Value::array());
    const Value properties = schema.value("properties", Value::object());
    for (const auto& [name, property] : properties.items()) {
      const bool wanted = std::ranges::find(required, Value(name)) != required.end();
      if (wanted || !only_required) object[name] = make(property);
    }
    for (const Value& name : required) {
      if (!object.contains(name)) object[name.get<std::string>()] = "anything";
    }
    const Value more = schema.value("additionalProperties", Value());
    if (more.is_object() && object.empty()) object["key"] = make(more);
    return object;
  }

  Value make_array(const Value& schema) const {
    const Value element = schema.contains("items") ? make(schema["items"]) : Value("anything");
    const auto size = std::max<std::size_t>(1, schema.value("minItems", std::size_t{0}));
    return Value::array_t(size, element);
  }

  static Value make_text(const Value& schema) {
    std::string text = schema.contains("pattern") ? text_for(schema["pattern"]) : "text";
    const auto least = schema.value("minLength", std::size_t{0});
    if (text.size() < least) text.append(least - text.size(), text.back());
    const auto most = schema.value("maxLength", text.size());
    return text.substr(0, std::max(least, most));
  }

  static Value make_number(const Value& schema) {
    if (schema.contains("minimum")) return schema["minimum"];
    if (schema.contains("exclusiveMinimum")) return schema["exclusiveMinimum"].get<int>() + 1;
    return schema.contains("maximum") ? schema["maximum"] : Value(1);
  }

  const Value& root_;
};

std::string escaped(std::string name) {
  for (std::size_t at = 0; (at = name.find_first_of("~/", at)) != std::string::npos; ++at) {
    name.replace(at, 1, name[at] == '~' ? "~0" : "~1");
  }
  return name;
}

/// Where a walk stands: in the instance (twice), and in the schema.
struct Place {
  Value::json_pointer pointer{};
  std::string path{};
  std::string keyword{};
};

/// Walks schema and instance side by side, and plants a fault wherever it can.
class Planter {
 public:
  explicit Planter(const Value& root)
      : root_(root), generator_(root), valid_(valid_instance(root)) {}

  std::vector<PlantedFault> all() {
    walk(root_, {});
    return std::move(faults_);
  }

 private:
  void walk(const Value& reference, Place place) {
    if (reference.contains("$ref")) place.keyword = reference["$ref"].get<std::string>().substr(1);
    const Value& schema = generator_.resolved(reference);
    if (has_alternatives(schema)) return;
    plant_values(schema, place);
    const Value& here = valid_.at(place.pointer);
    if (here.is_object()) walk_object(schema, here, place);
    if (here.is_array() && schema.contains("items")) {
      Place first{place.pointer / std::size_t{0}, place.path, place.keyword + "/items"};
      detail::append_index(first.path, 0);
      walk(schema["items"], first);
    }
  }

  void walk_object(const Value& schema, const Value& here, const Place& place) {
    for (const Value& name : schema.value("required", Value::array())) {
      Value instance = valid_;
      instance[place.pointer].erase(name.get<std::string>());
      add(std::move(instance), inside(place, name), place.keyword + "/required");
    }
    if (schema.value("additionalProperties", Value()) == Value(false)) {
      plant(place.pointer / "nobody_knows", 1, inside(place, "nobody_knows"),
            place.keyword + "/additionalProperties");
    }
    const Value properties = schema.value("properties", Value::object());
    for (const auto& [name, property] : properties.items()) {
      if (!here.contains(name)) continue;
      walk(property, {place.pointer / name, inside(place, name),
                      place.keyword + "/properties/" + escaped(name)});
    }
  }

  void plant_values(const Value& schema, const Place& place) {
    const auto plant_here = [&](const char* keyword, const Value& value) {
      if (schema.contains(keyword)) {
        plant(place.pointer, value, place.path, place.keyword + "/" + keyword);
      }
    };
    plant_here("type", of_another_type(schema));
    plant_here("enum", "none of them");
    if (schema.contains("minimum")) plant_here("minimum", schema["minimum"].get<double>() - 1);
    if (schema.contains("maximum")) plant_here("maximum", schema["maximum"].get<double>() + 1);
    plant_here("pattern", "\n");
    if (schema.value("minLength", 0) > 0) plant_here("minLength", "");
    if (schema.contains("maxLength")) {
      plant_here("maxLength", std::string(schema["maxLength"].get<std::size_t>() + 1, 'x'));
    }
    if (schema.value("minItems", 0) > 0) plant_here("minItems", Value::array());
    if (schema.contains("maxItems")) {
      const Value& first = valid_.at(place.pointer).at(0);
      plant_here("maxItems", Value::array_t(schema["maxItems"].get<std::size_t>() + 1, first));
    }
  }

  static Value of_another_type(const Value& schema) {
    const Value type = schema.value("type", Value());
    const bool takes_object =
        type.is_string() ? type == "object" : type.is_array() && type[0] == "object";
    return takes_object ? Value("no object") : Value::object();
  }

  static std::string inside(const Place& place, const std::string& name) {
    std::string path = place.path;
    detail::append_key(path, name);
    return path;
  }

  void plant(const Value::json_pointer& where, const Value& value, const std::string& path,
             const std::string& keyword) {
    Value instance = valid_;
    instance[where] = value;
    add(std::move(instance), path, keyword);
  }

  void add(Value instance, std::string path, std::string keyword) {
    faults_.push_back({std::move(instance), std::move(path), std::move(keyword)});
  }

  const Value& root_;
  const Generator generator_;
  const Value valid_;
  std::vector<PlantedFault> faults_{};
};

}  // namespace

Value valid_instance(const Value& schema) { return Generator(schema).make(schema); }

std::vector<PlantedFault> planted_faults(const Value& schema) { return Planter(schema).all(); }

}  // namespace modcomm::test
