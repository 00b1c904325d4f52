// Lists of parameters as JSON Schema: on their own, or as notes on the schema of a described type.
#pragma once

#include <vector>

#include <modcomm/operation.hpp>
#include <modcomm/result.hpp>
#include <modcomm/value.hpp>

namespace modcomm::detail {

/// The schema of a list of parameters; invalid_argument / validation with all faults of the list.
Result<Value> schema_of(const std::vector<Parameter>& parameters);

/// A type's schema with what a list says about its members.
struct NotedSchema {
  Value whole{};
  Value limits{};  ///< What the list demands beyond the type; null: nothing.
};

/// `type` is the schema of a described struct. invalid_argument / validation with all faults: notes
/// on members that there are not, and what the type says itself.
Result<NotedSchema> with_notes(Value type, const std::vector<Parameter>& notes);

}  // namespace modcomm::detail
