#pragma once

#include <string>
#include <string_view>

namespace modcomm::detail {

/// The text in double quotes, fit for a message: at most 64 bytes, nothing unprintable.
std::string quoted(std::string_view text);

}  // namespace modcomm::detail
