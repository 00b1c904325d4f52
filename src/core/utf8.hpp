#pragma once

#include <string_view>

namespace modcomm::detail {

bool is_utf8(std::string_view text) noexcept;

/// UTF-8 without control characters and noncharacters: what CloudEvents calls a string.
bool is_printable_utf8(std::string_view text) noexcept;

}  // namespace modcomm::detail
