#include "api/parameter_rules.hpp"

#include <algorithm>

#include <modcomm/reflect.hpp>
#include <modcomm/schema.hpp>

#include "api/parameter_schema.hpp"
#include "core/reflect_faults.hpp"

namespace modcomm::detail {
namespace {

/// Passes on to another handler.
class OuterOperation : public OperationHandler {
 public:
  explicit OuterOperation(std::unique_ptr<OperationHandler> inner) : inner_(std::move(inner)) {}

  Result<void> prepare(CallParameters& parameters) override { return inner_->prepare(parameters); }
  Result<void> run(CallContext& call) override { return inner_->run(call); }
  const PayloadType* parameters() const noexcept override { return inner_->parameters(); }
  const PayloadType* reply() const noexcept override { return inner_->reply(); }

 private:
  const std::unique_ptr<OperationHandler> inner_;
};

/// Of a handler that takes a Value: it is given only what the schema allows.
class CheckedOperation final : public OuterOperation {
 public:
  CheckedOperation(Schema schema, Value defaults, std::unique_ptr<OperationHandler> inner)
      : OuterOperation(std::move(inner)),
        schema_(std::move(schema)),
        defaults_(std::move(defaults)) {}

  Result<void> prepare(CallParameters& parameters) override {
    if (const Result<void> ready = OuterOperation::prepare(parameters); !ready) return ready;
    give_defaults(parameters);
    const auto* const value = payload_if<Value>(parameters.ref());
    return schema_.validate(value == nullptr ? Value::object() : *value);
  }

 private:
  /// A call without parameters is one without any of them.
  void give_defaults(CallParameters& parameters) const {
    const auto* const value = payload_if<Value>(parameters.ref());
    const bool absent = value == nullptr || value->is_null();
    if (!absent && (defaults_.empty() || !value->is_object())) return;
    Value complete = absent ? Value::object() : *value;
    for (const auto& [name, default_value] : defaults_.items()) {
      if (!complete.contains(name)) complete[name] = default_value;
    }
    parameters.set(Payload(std::move(complete)));
  }

  const Schema schema_;
  const Value defaults_;
};

/// Of a handler whose parameters have a type, and limits that the type does not prove.
class LimitedOperation final : public OuterOperation {
 public:
  LimitedOperation(Schema limits, std::unique_ptr<OperationHandler> inner)
      : OuterOperation(std::move(inner)), limits_(std::move(limits)) {}

  Result<void> prepare(CallParameters& parameters) override {
    const Result<void> ready = OuterOperation::prepare(parameters);
    const Result<Value> value = to_value(parameters.ref());
    if (!ready) return value ? with_faults_of_limits(ready.error(), *value) : ready;
    if (!value) return value.error();
    return limits_.validate(*value);
  }

 private:
  /// What the type refuses hides nothing that the limits of other members refuse.
  Error with_faults_of_limits(const Error& error, const Value& value) const {
    const std::vector<Fault>& of_type = error.faults();
    const Result<void> limits = limits_.validate(value);
    if (limits || of_type.empty()) return error;
    Faults all;
    for (const Fault& fault : of_type) all.add(fault);
    for (const Fault& fault : limits.error().faults()) {
      if (std::ranges::count(of_type, fault.path, &Fault::path) == 0) all.add(fault);
    }
    return std::move(all).result(error.reason()).error();
  }

  const Schema limits_;
};

Error refused(const char* what) { return {Code::invalid_argument, reason::validation, what}; }

/// What a list says in place of a schema is put in where the caller says nothing.
Result<Value> defaults_of(const std::vector<Parameter>& parameters, Value schema) {
  Value defaults = Value::object();
  if (parameters.empty()) return defaults;
  for (const Parameter& parameter : parameters) {
    if (parameter.default_value) defaults[parameter.name] = *parameter.default_value;
  }
  schema.erase("required");
  const auto compiled = Schema::compile(std::move(schema));
  if (!compiled) return compiled.error().with_context("parameters");
  const auto valid = compiled->validate(defaults, "default_value");
  if (!valid) return valid.error().with_context("parameters");
  return defaults;
}

Result<OperationRules> rules_of_value(std::unique_ptr<OperationHandler> handler,
                                      const OperationOptions& options) {
  if (options.schema && !options.parameters.empty()) {
    return refused("schema: parameters are given, too; leave out one of them");
  }
  Result<Value> schema = options.schema ? *options.schema : schema_of(options.parameters);
  if (!schema) return schema.error();
  auto compiled = Schema::compile(*schema);
  if (!compiled) return compiled.error().with_context("parameters");
  auto defaults = defaults_of(options.parameters, *schema);
  if (!defaults) return defaults.error();
  return OperationRules{.handler = std::make_unique<CheckedOperation>(
                            std::move(*compiled), std::move(*defaults), std::move(handler)),
                        .parameters = std::move(*schema)};
}

Result<OperationRules> rules_of_type(std::unique_ptr<OperationHandler> handler, Value schema,
                                     const std::vector<Parameter>& notes) {
  Result<NotedSchema> noted = with_notes(std::move(schema), notes);
  if (!noted) return noted.error();
  if (noted->limits.is_null()) {
    return OperationRules{.handler = std::move(handler), .parameters = std::move(noted->whole)};
  }
  auto limits = Schema::compile(std::move(noted->limits));
  if (!limits) return limits.error().with_context("parameters");
  return OperationRules{
      .handler = std::make_unique<LimitedOperation>(std::move(*limits), std::move(handler)),
      .parameters = std::move(noted->whole)};
}

Result<OperationRules> parameter_rules(std::unique_ptr<OperationHandler> handler,
                                       const OperationOptions& options) {
  const PayloadType* const type = handler->parameters();
  const bool listed = options.schema || !options.parameters.empty();
  if (listed && type != nullptr && type->kind == PayloadKind::json) {
    return rules_of_value(std::move(handler), options);
  }
  if (options.schema) {
    return refused(
        "schema: the handler's type says already what it takes; leave it out, or take a "
        "modcomm::Value");
  }
  Value schema = true;
  if (type == nullptr) schema = {{"type", "object"}, {"additionalProperties", false}};
  if (type != nullptr && type->shape != nullptr) schema = schema_of(type->shape());
  if (options.parameters.empty()) {
    return OperationRules{.handler = std::move(handler), .parameters = std::move(schema)};
  }
  if (!schema.is_object() || !schema.contains("properties")) {
    return refused(
        "parameters: the handler takes no described struct that they could be about; leave them "
        "out, or take a modcomm::Value");
  }
  return rules_of_type(std::move(handler), std::move(schema), options.parameters);
}

Result<Value> result_schema(const OperationHandler& handler, const OperationOptions& options) {
  if (options.result_schema) {
    if (const auto compiled = Schema::compile(*options.result_schema); !compiled) {
      return compiled.error().with_context("result_schema");
    }
    return *options.result_schema;
  }
  const PayloadType* const type = handler.reply();
  if (type == nullptr || type->shape == nullptr) return Value();
  return schema_of(type->shape());
}

/// An example that is wrong would teach what is refused.
Result<void> check_examples(const std::vector<Value>& examples, const Value& schema,
                            std::string_view name) {
  if (examples.empty() || schema.is_null()) return {};
  const auto compiled = Schema::compile(schema);
  if (!compiled) return compiled.error();
  for (std::size_t i = 0; i < examples.size(); ++i) {
    const std::string path = std::string(name) + "[" + std::to_string(i) + "]";
    if (const auto valid = compiled->validate(examples[i], path); !valid) return valid;
  }
  return {};
}

}  // namespace

Result<OperationRules> rules_of(std::unique_ptr<OperationHandler> handler,
                                const OperationOptions& options) {
  Result<Value> result = result_schema(*handler, options);
  if (!result) return result.error();
  Result<OperationRules> rules = parameter_rules(std::move(handler), options);
  if (!rules) return rules;
  rules->result = std::move(*result);
  for (const Result<void>& valid :
       {check_examples(options.examples, rules->parameters, "examples"),
        check_examples(options.result_examples, rules->result, "result_examples")}) {
    if (!valid) return valid.error();
  }
  return rules;
}

}  // namespace modcomm::detail
