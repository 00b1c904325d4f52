// ours_calls.hpp -- modcomm's calls, in the shapes that peers are measured in.
#pragma once

#include "call.hpp"

namespace bench::ours {

Contender inline_call(const CallLoad& load);
Contender pooled_call(const RoundTrip& trip);

/// JSON text of 300 bytes in and out, checked against the schema of a described type, or against one
/// that is given.
Contender json_call_typed();
Contender json_call_schema();

/// How many operations there are, and how many of them are called in turn.
struct Registry {
  unsigned operations = 10;
  unsigned called = 10;
  bool by_handle = false;
};
Contender registry_call(const Registry& registry);
/// One whole listing; nanoseconds an operation.
Contender registry_listing(unsigned operations);

}  // namespace bench::ours
