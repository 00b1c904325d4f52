#include "support/openapi.hpp"

#include <array>
#include <set>
#include <string_view>

namespace modcomm::test {
namespace {

constexpr std::string_view components = "#/components/schemas/";
constexpr std::array http_methods = {"get", "put", "post", "delete", "options", "head", "patch"};

/// Words of OpenAPI that say nothing about what is valid, or that are turned into others.
bool is_left_out(std::string_view keyword) {
  static const std::set<std::string_view> words = {
      "nullable",     "example",          "discriminator",   "xml",
      "externalDocs", "exclusiveMinimum", "exclusiveMaximum"};
  return words.contains(keyword) || keyword.starts_with("x-");
}

Value each_turned(const Value& schemas) {
  Value turned = schemas;
  for (auto& schema : turned) schema = to_json_schema(schema);
  return turned;
}

Value turned_keyword(std::string_view keyword, const Value& value) {
  if (keyword == "properties" || keyword == "allOf" || keyword == "anyOf" || keyword == "oneOf") {
    return each_turned(value);
  }
  const bool is_schema =
      keyword == "items" || keyword == "not" || keyword == "additionalProperties";
  return is_schema && value.is_object() ? to_json_schema(value) : value;
}

/// 3.0 has a flag beside the limit, 2020-12 a limit of its own.
void turn_limit(const Value& schema, Value& turned, const char* limit, const char* exclusive) {
  if (!schema.value(exclusive, false)) return;
  turned[exclusive] = schema.at(limit);
  turned.erase(limit);
}

Value or_null(Value schema) {
  if (schema.contains("enum")) schema["enum"].push_back(nullptr);
  if (schema.contains("type")) {
    schema["type"] = {schema["type"], "null"};
    return schema;
  }
  if (schema.contains("enum")) return schema;
  return {{"anyOf", {std::move(schema), {{"type", "null"}}}}};
}

void collect_references(const Value& schema, std::set<std::string>& names) {
  if (schema.is_object() && schema.contains("$ref") && schema["$ref"].is_string()) {
    names.insert(schema["$ref"].get<std::string>().substr(std::string_view("#/$defs/").size()));
  }
  if (!schema.is_structured()) return;
  for (const auto& part : schema) collect_references(part, names);
}

/// Adds what the schema refers to, and what that refers to.
void define_references(Value& schema, const Value& document) {
  std::set<std::string> wanted;
  collect_references(schema, wanted);
  while (!wanted.empty()) {
    const std::string name = wanted.extract(wanted.begin()).value();
    if (schema.contains("$defs") && schema["$defs"].contains(name)) continue;
    Value definition = to_json_schema(document["components"]["schemas"].at(name));
    collect_references(definition, wanted);
    schema["$defs"][name] = std::move(definition);
  }
}

const Value& resolved(const Value& value, const Value& document) {
  if (!value.contains("$ref")) {
    return value;  // NOLINT(bugprone-return-const-ref-from-parameter): a part of the document
  }
  return document.at(Value::json_pointer(value["$ref"].get<std::string>().substr(1)));
}

Value parameters_of(const Value& operation, const Value& document) {
  Value schema = {{"type", "object"},
                  {"properties", Value::object()},
                  {"required", Value::array()},
                  {"additionalProperties", false}};
  for (const Value& each : operation.value("parameters", Value::array())) {
    const Value& parameter = resolved(each, document);
    const auto name = parameter["name"].get<std::string>();
    schema["properties"][name] = to_json_schema(parameter.at("schema"));
    if (parameter.value("required", false)) schema["required"].push_back(name);
  }
  if (operation.contains("requestBody")) {
    const Value& body = resolved(operation["requestBody"], document);
    schema["properties"]["body"] = to_json_schema(body["content"].begin()->at("schema"));
    if (body.value("required", false)) schema["required"].push_back("body");
  }
  define_references(schema, document);
  return schema;
}

}  // namespace

Value to_json_schema(const Value& schema) {
  if (!schema.is_object()) return schema;
  if (schema.contains("$ref")) {  // whatever stands beside it means nothing in 3.0
    const auto target = schema["$ref"].get<std::string>();
    return {{"$ref", "#/$defs/" + target.substr(components.size())}};
  }
  Value turned = Value::object();
  for (const auto& [keyword, value] : schema.items()) {
    if (!is_left_out(keyword)) turned[keyword] = turned_keyword(keyword, value);
  }
  if (schema.contains("example")) turned["examples"] = Value::array({schema["example"]});
  turn_limit(schema, turned, "minimum", "exclusiveMinimum");
  turn_limit(schema, turned, "maximum", "exclusiveMaximum");
  return schema.value("nullable", false) ? or_null(std::move(turned)) : turned;
}

std::vector<OpenApiOperation> operations_of(const Value& document) {
  std::vector<OpenApiOperation> operations;
  for (const auto& [path, item] : document["paths"].items()) {
    for (const char* method : http_methods) {
      if (!item.contains(method)) continue;
      const Value& operation = item[method];
      operations.push_back({.id = operation["operationId"].get<std::string>(),
                            .parameters = parameters_of(operation, document)});
    }
  }
  return operations;
}

}  // namespace modcomm::test
