// Operations that an OpenAPI 3.0 document describes, with the JSON Schema (2020-12) of their parameters.
#pragma once

#include <string>
#include <vector>

#include <modcomm/value.hpp>

namespace modcomm::test {

struct OpenApiOperation {
  std::string id{};    // operationId
  Value parameters{};  // of path and query by name, the request's body as `body`
};

/// In the order of the document.
std::vector<OpenApiOperation> operations_of(const Value& document);

/// One schema of OpenAPI 3.0 as one of JSON Schema 2020-12. What it refers to is expected in $defs.
Value to_json_schema(const Value& schema);

}  // namespace modcomm::test
