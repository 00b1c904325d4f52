// A call that tests its operation: the same steps as any other, told one by one.
#pragma once

#include "api/api.hpp"

namespace modcomm::detail {

OperationTest call_in_stages(Api& api, const ModuleIdentity& caller, std::string_view name,
                             Value parameters, const OperationTestOptions& options);

}  // namespace modcomm::detail
