// Bytes as text (RFC 4648, section 4).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace modcomm::detail {

std::string to_base64(std::string_view bytes);

/// Empty for what `to_base64` does not write: other letters, missing padding, bits behind the end.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace modcomm::detail
