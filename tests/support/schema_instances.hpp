// Instances of a JSON Schema, made by reading it: valid ones, and ones with a planted fault. Knows
// what the schemas of OpenAPI use, and nothing of the validator that they test.
#pragma once

#include <string>
#include <vector>

#include <modcomm/value.hpp>

namespace modcomm::test {

/// Every property that the schema names, as far as alternatives allow.
Value valid_instance(const Value& schema);

struct PlantedFault {
  Value instance{};
  std::string path{};     // of the fault in the instance
  std::string keyword{};  // that it breaks
};

/// For each place whose schema can be read without choosing among alternatives: left out though
/// required, unknown though nothing else is allowed, of another type, beyond a limit, none of an enum.
std::vector<PlantedFault> planted_faults(const Value& schema);

}  // namespace modcomm::test
