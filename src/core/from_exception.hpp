// The one place where what leaves a user's function becomes an Error.
#pragma once

#include <string_view>

#include <modcomm/error.hpp>

namespace modcomm::detail {

/// Of the exception that is being caught now; `who` threw it.
Error from_exception(std::string_view who);

}  // namespace modcomm::detail
