#include <map>
#include <string>
#include <typeindex>
#include <utility>

#include <modcomm/detail/reflect_io.hpp>

#include "core/reflect_fit.hpp"
#include "core/type_name.hpp"

namespace modcomm::detail {
namespace {

/// "lab::Box<int>" as the last part of a reference: "Box_int_".
std::string definition_name(const std::type_info& type) {
  std::string name = type_name(type);
  const std::size_t arguments = std::min(name.find('<'), name.size());
  if (const std::size_t scope = name.rfind("::", arguments); scope != std::string::npos) {
    name.erase(0, scope + 2);
  }
  for (char& c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!plain) c = '_';
  }
  return name;
}

Value default_of(const StructShape& shape) {
  Value value;
  shape.with_default([&](const void* object) { value = write_value(shape, object); });
  return value;
}

bool is_empty(const Value& value) {
  return value.is_string() ? value.get_ref<const std::string&>().empty() : value.empty();
}

/// Walks a Shape once; nested structs become definitions that are referred to by name.
class SchemaMaker {
 public:
  Value make(const Shape& root) {
    Value schema;
    if (root.form == Form::structure) {
      const auto& shape = as_shape<StructShape>(root);
      references_.emplace(shape.rtti(), "#");
      schema = structure(shape);
    } else {
      schema = of(root);
    }
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema";
    if (!definitions_.empty()) schema["$defs"] = std::move(definitions_);
    return schema;
  }

 private:
  Value of(const Shape& shape) {
    switch (shape.form) {
      case Form::null:
        return {{"type", "null"}};
      case Form::boolean:
        return {{"type", "boolean"}};
      case Form::integer:
        return integer(as_shape<NumberShape>(shape));
      case Form::floating:
        return {{"type", "number"}};
      case Form::string:
        return {{"type", "string"}};
      case Form::text:
        return text(as_shape<TextShape>(shape));
      case Form::enumeration:
        return enumeration(as_shape<EnumShape>(shape));
      case Form::value:
        return Value::object();
      case Form::optional:
        return optional(as_shape<OptionalShape>(shape));
      case Form::sequence:
        return sequence(as_shape<SequenceShape>(shape));
      case Form::map:
        return {{"type", "object"},
                {"additionalProperties", of(as_shape<MapShape>(shape).element())}};
      case Form::variant:
        return variant(as_shape<VariantShape>(shape));
      case Form::structure:
        return {{"$ref", reference(as_shape<StructShape>(shape))}};
    }
    return Value::object();
  }

  static Value integer(const NumberShape& shape) {
    Value schema{{"type", "integer"},
                 {"minimum", smallest(shape.bytes, shape.is_signed)},
                 {"maximum", largest(shape.bytes, shape.is_signed)}};
    if (!shape.is_signed) schema["minimum"] = 0U;
    return schema;
  }

  static Value text(const TextShape& shape) {
    Value schema{{"type", "string"}};
    if (!shape.format.empty()) schema["format"] = shape.format;
    if (!shape.pattern.empty()) schema["pattern"] = shape.pattern;
    return schema;
  }

  static Value enumeration(const EnumShape& shape) {
    Value names = Value::array();
    for (const Enumerator& known : shape.enumerators) names.push_back(known.key);
    return {{"type", "string"}, {"enum", std::move(names)}};
  }

  Value optional(const OptionalShape& shape) {
    return {{"anyOf", Value::array({of(shape.element()), {{"type", "null"}}})}};
  }

  Value sequence(const SequenceShape& shape) {
    Value schema{{"type", "array"}, {"items", of(shape.element())}};
    if (shape.unique) schema["uniqueItems"] = true;
    if (shape.exactly > 0) schema["minItems"] = schema["maxItems"] = shape.exactly;
    return schema;
  }

  Value variant(const VariantShape& shape) {
    Value alternatives = Value::array();
    for (const ShapeRef alternative : shape.alternatives) alternatives.push_back(of(alternative()));
    return {{"anyOf", std::move(alternatives)}};
  }

  Value structure(const StructShape& shape) {
    Value properties = Value::object();
    Value required = Value::array();
    for (const Member& member : shape.members) {
      properties[std::string(member.key)] = of(member.shape());
      if (member.required) required.push_back(member.key);
    }
    add_defaults(shape, properties);
    Value schema{
        {"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
    if (!required.empty()) schema["required"] = std::move(required);
    return schema;
  }

  /// What is empty goes without saying, and so does what a nested struct says itself.
  static void add_defaults(const StructShape& shape, Value& properties) {
    const Value defaults = default_of(shape);
    for (const Member& member : shape.members) {
      const auto found = defaults.find(member.key);
      if (member.required || found == defaults.end() || is_empty(*found)) continue;
      const Shape& part = member.shape();
      if (part.form == Form::structure && *found == default_of(as_shape<StructShape>(part)))
        continue;
      properties[std::string(member.key)]["default"] = *found;
    }
  }

  std::string reference(const StructShape& shape) {
    const std::type_index type = shape.rtti();
    if (const auto known = references_.find(type); known != references_.end()) return known->second;
    std::string name = definition_name(shape.rtti());
    while (definitions_.contains(name)) name.push_back('_');
    std::string reference = "#/$defs/" + name;
    references_.emplace(type, reference);
    definitions_[name] = nullptr;
    Value definition = structure(shape);
    definitions_[name] = std::move(definition);
    return reference;
  }

  std::map<std::type_index, std::string> references_{};
  Value definitions_ = Value::object();
};

}  // namespace

Value schema_of(const Shape& shape) { return SchemaMaker().make(shape); }

}  // namespace modcomm::detail
