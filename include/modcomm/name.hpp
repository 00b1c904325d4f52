// modcomm/name.hpp -- which names channels, modules, operations, messages and events may have.
//
//   if (auto ok = modcomm::check_name("channel", name); !ok) return ok.error();
//
// Threads.   Free functions.
// Errors.    invalid_argument / bad_name; the message says what is allowed.
#pragma once

#include <cstddef>
#include <string_view>

#include <modcomm/result.hpp>

namespace modcomm {

inline constexpr std::size_t max_name_length = 128;

/// Names of channels, modules and operations: 1 to 128 letters, digits, '_' and '-'. `kind` opens
/// the message: "channel".
Result<void> check_name(std::string_view kind, std::string_view name);

/// Message types and event names: the same, in tokens separated by dots.
Result<void> check_type_name(std::string_view kind, std::string_view name);

}  // namespace modcomm
