#pragma once

#include <string>
#include <vector>

#include <modcomm/value.hpp>

#include "core/reflect_faults.hpp"
#include "schema/keyword.hpp"

namespace modcomm::detail {

/// A fault of the schema itself, at a JSON pointer.
void refuse(Faults& faults, const std::string& location, std::string message);

/// Whether the keyword holds what it must; a fault if not. Schemas in it are looked at only as far as
/// their number goes.
bool check_shape(const Keyword& keyword, const Value& value, const std::string& location,
                 Faults& faults);

}  // namespace modcomm::detail
