// Reads JSON text that nobody has anything to say against, quickly.
#pragma once

#include <optional>
#include <string_view>

#include <modcomm/value.hpp>

namespace modcomm::detail {

/// Empty where the text is not plainly well-formed: `parse_json`, which reads it once more, says why,
/// or that it is good.
std::optional<Value> parse_plain_json(std::string_view text);

}  // namespace modcomm::detail
