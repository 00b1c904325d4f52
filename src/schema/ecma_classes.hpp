#pragma once

#include <string>
#include <string_view>

namespace modcomm::detail {

/// What stands for an escape that names a set of characters, fit for the inside of [...]; RE2's own
/// `\s` and `.` know fewer characters than those of ECMA-262.
inline constexpr std::string_view ecma_space =
    R"(\t-\r \x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}\x{FEFF})";
inline constexpr std::string_view ecma_no_space =
    R"(\x{0}-\x{8}\x{E}-\x{1F}!-\x{9F}\x{A1}-\x{167F}\x{1681}-\x{1FFF}\x{200B}-\x{2027})"
    R"(\x{202A}-\x{202E}\x{2030}-\x{205E}\x{2060}-\x{2FFF}\x{3001}-\x{FEFE}\x{FF00}-\x{10FFFF})";
inline constexpr std::string_view ecma_line_ends = R"(\n\r\x{2028}\x{2029})";
inline constexpr std::string_view any_character = R"(\x{0}-\x{10FFFF})";

/// What RE2 calls a Unicode property that ECMA-262 writes as \p{name}; empty if RE2 has none.
/// Names of scripts are handed on as they are.
std::string re2_property(std::string_view name);

}  // namespace modcomm::detail
