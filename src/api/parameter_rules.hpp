// What an operation's parameters must look like, for handlers that take a Value: rules from a list
// or a schema, the defaults that are put in, and the handler that checks before the user's runs.
#pragma once

#include <memory>

#include <modcomm/detail/operation_handler.hpp>
#include <modcomm/operation.hpp>

namespace modcomm::detail {

/// The schema of a list of parameters; invalid_argument / validation with all faults of the list.
Result<Value> schema_of(const std::vector<Parameter>& parameters);

/// What describes the parameters: the options' list or schema, else the handler's type.
Result<Value> parameters_schema(const OperationHandler& handler, const OperationOptions& options);
/// The options' schema, else the handler's type; null if neither says anything.
Value result_schema(const OperationHandler& handler, const OperationOptions& options);

/// Wraps a handler that takes a Value, so that it is given only what the schema allows.
Result<std::unique_ptr<OperationHandler>> checked_by(const Value& schema,
                                                     const OperationOptions& options,
                                                     std::unique_ptr<OperationHandler> handler);

}  // namespace modcomm::detail
