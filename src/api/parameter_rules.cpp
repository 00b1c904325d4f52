#include "api/parameter_rules.hpp"

#include <algorithm>
#include <array>

#include <modcomm/reflect.hpp>
#include <modcomm/schema.hpp>

namespace modcomm::detail {
namespace {

constexpr std::array<std::string_view, 7> known_types = {"any",     "string", "integer", "number",
                                                         "boolean", "array",  "object"};

/// The keywords that `minimum` and `maximum` stand for.
struct LimitWords {
  const char* least;
  const char* most;
};

LimitWords limit_words(std::string_view type) {
  if (type == "string") return {"minLength", "maxLength"};
  if (type == "array") return {"minItems", "maxItems"};
  return {"minimum", "maximum"};
}

Value limit(std::string_view type, double number) {
  const bool counts = type == "string" || type == "array" || type == "integer";
  return counts ? Value(static_cast<std::int64_t>(number)) : Value(number);
}

Value schema_of(const Parameter& parameter) {
  Value schema = Value::object();
  if (parameter.type != "any") schema["type"] = parameter.type;
  if (!parameter.description.empty()) schema["description"] = parameter.description;
  if (parameter.default_value) schema["default"] = *parameter.default_value;
  if (!parameter.one_of.empty()) schema["enum"] = parameter.one_of;
  if (!parameter.pattern.empty()) schema["pattern"] = parameter.pattern;
  const LimitWords words = limit_words(parameter.type);
  if (parameter.minimum) schema[words.least] = limit(parameter.type, *parameter.minimum);
  if (parameter.maximum) schema[words.most] = limit(parameter.type, *parameter.maximum);
  return schema;
}

std::vector<Fault> faults_of(const std::vector<Parameter>& parameters) {
  std::vector<Fault> faults;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Parameter& parameter = parameters[i];
    const std::string path = "parameters[" + std::to_string(i) + "]";
    if (parameter.name.empty()) faults.push_back({path + ".name", "is empty; name the parameter"});
    if (std::ranges::find(known_types, parameter.type) == known_types.end()) {
      faults.push_back({path + ".type", "'" + parameter.type +
                                            "' is unknown; use any, string, integer, number, "
                                            "boolean, array or object"});
    }
    const auto same = [&](const Parameter& other) { return other.name == parameter.name; };
    if (std::ranges::count_if(parameters, same) > 1) {
      faults.push_back({path + ".name", "'" + parameter.name + "' stands here twice"});
    }
  }
  return faults;
}

class CheckedOperation final : public OperationHandler {
 public:
  CheckedOperation(Schema schema, Value defaults, std::unique_ptr<OperationHandler> inner)
      : schema_(std::move(schema)), defaults_(std::move(defaults)), inner_(std::move(inner)) {}

  Result<void> prepare(CallParameters& parameters) override {
    if (const Result<void> ready = inner_->prepare(parameters); !ready) return ready;
    if (const Result<void> given = give_defaults(parameters); !given) return given;
    const auto* const value = payload_if<Value>(parameters.ref());
    return schema_.validate(value == nullptr ? Value::object() : *value);
  }
  Result<void> run(CallContext& call) override { return inner_->run(call); }
  const PayloadType* parameters() const noexcept override { return inner_->parameters(); }
  const PayloadType* reply() const noexcept override { return inner_->reply(); }

 private:
  /// A call without parameters is one without any of them.
  Result<void> give_defaults(CallParameters& parameters) const {
    const auto* const value = payload_if<Value>(parameters.ref());
    const bool absent = value == nullptr || value->is_null();
    if (!absent && (defaults_.empty() || !value->is_object())) return {};
    Value complete = absent ? Value::object() : *value;
    for (const auto& [name, default_value] : defaults_.items()) {
      if (!complete.contains(name)) complete[name] = default_value;
    }
    parameters.set(Payload(std::move(complete)));
    return {};
  }

  const Schema schema_;
  const Value defaults_;
  const std::unique_ptr<OperationHandler> inner_;
};

}  // namespace

Result<Value> schema_of(const std::vector<Parameter>& parameters) {
  std::vector<Fault> faults = faults_of(parameters);
  if (!faults.empty()) {
    return Error(Code::invalid_argument, reason::validation,
                 faults.front().path + ": " + faults.front().message)
        .with_faults(std::move(faults));
  }
  Value schema = {{"type", "object"}, {"properties", Value::object()}};
  schema["additionalProperties"] = false;
  for (const Parameter& parameter : parameters) {
    schema["properties"][parameter.name] = schema_of(parameter);
    if (parameter.required) schema["required"].push_back(parameter.name);
  }
  return schema;
}

Result<Value> parameters_schema(const OperationHandler& handler, const OperationOptions& options) {
  if (options.schema) return *options.schema;
  if (!options.parameters.empty()) return schema_of(options.parameters);
  const PayloadType* const type = handler.parameters();
  if (type == nullptr) return Value({{"type", "object"}, {"additionalProperties", false}});
  if (type->shape == nullptr) return Value(true);
  return schema_of(type->shape());
}

Value result_schema(const OperationHandler& handler, const OperationOptions& options) {
  if (options.result_schema) return *options.result_schema;
  const PayloadType* const type = handler.reply();
  if (type == nullptr || type->shape == nullptr) return nullptr;
  return schema_of(type->shape());
}

Result<std::unique_ptr<OperationHandler>> checked_by(const Value& schema,
                                                     const OperationOptions& options,
                                                     std::unique_ptr<OperationHandler> handler) {
  auto compiled = Schema::compile(schema);
  if (!compiled) return compiled.error().with_context("parameters");
  Value defaults = Value::object();
  for (const Parameter& parameter : options.parameters) {
    if (parameter.default_value) defaults[parameter.name] = *parameter.default_value;
  }
  return std::unique_ptr<OperationHandler>(std::make_unique<CheckedOperation>(
      std::move(*compiled), std::move(defaults), std::move(handler)));
}

}  // namespace modcomm::detail
