// What an operation takes and answers: the schemas that it publishes, and the handler that checks
// what its type does not prove.
#pragma once

#include <memory>

#include <modcomm/detail/operation_handler.hpp>
#include <modcomm/operation.hpp>

namespace modcomm::detail {

struct OperationRules {
  std::unique_ptr<OperationHandler> handler{};  // the user's, or one that checks and calls it
  Value parameters{};                           // their schema
  Value result{};                               // the same; null if it is unknown
};

/// From the options' list or schema, and the handler's type. invalid_argument / validation with the
/// faults of lists, schemas, and of examples and defaults that break them.
Result<OperationRules> rules_of(std::unique_ptr<OperationHandler> handler,
                                const OperationOptions& options);

}  // namespace modcomm::detail
