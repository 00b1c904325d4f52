// The text of parts of a JSON text. The whole is valid already: `parse_json` has read it.
#pragma once

#include <cstddef>
#include <string_view>

namespace modcomm::detail {

/// The value of that member of an object, as it is written; empty where there is none. Of a text that is
/// no JSON any part of it.
std::string_view member_text(std::string_view object, std::string_view key);

/// How deep arrays and objects nest: 0 for a number.
std::size_t nesting(std::string_view json);

}  // namespace modcomm::detail
