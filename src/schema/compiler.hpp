#pragma once

#include "core/reflect_faults.hpp"
#include "schema/library.hpp"
#include "schema/node.hpp"

namespace modcomm::detail {

/// Compiles the document that `compiled` holds, and whatever it refers to.
void compile_schema(CompiledSchema& compiled, const SchemaOptions& options, Faults& faults);

/// Finds references that lead back to where they stand without going into the instance.
void refuse_loops(const std::deque<Node>& nodes, Faults& faults);

}  // namespace modcomm::detail
