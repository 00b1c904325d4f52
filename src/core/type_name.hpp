#pragma once

#include <string>
#include <typeinfo>

namespace modcomm::detail {

/// The type as C++ spells it: "lab::ExecuteStep".
std::string type_name(const std::type_info& type);

}  // namespace modcomm::detail
