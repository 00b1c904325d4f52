// modcomm/value.hpp -- JSON as a value, read strictly.
//
//   modcomm::Result<modcomm::Value> parsed = modcomm::parse_json(R"({"retries": 3})");
//   if (!parsed) return parsed.error();   // "line 1, column 5: ..."
//   int retries = parsed->at("retries");
//   std::string text = modcomm::to_json(*parsed);
//
// Threads.   Free functions on plain values.
// Errors.    invalid_argument / does_not_convert; nothing throws but std::bad_alloc.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include <modcomm/result.hpp>

namespace modcomm {

/// A JSON value. Build and read it as nlohmann::json says, but parse with `parse_json`.
using Value = nlohmann::json;

/// Arrays and objects may nest this deep; deeper input is refused.
inline constexpr std::size_t max_json_depth = 128;

/// Reads one JSON text (RFC 8259, UTF-8). Stricter than most: a key that occurs twice in an object
/// is refused, so is an integer that 64 bits cannot hold, so is nesting beyond `max_json_depth`.
/// The message names the place (line and column, or the path) and what was expected.
Result<Value> parse_json(std::string_view text);

/// Compact JSON. Bytes that are not UTF-8 become U+FFFD; NaN and infinities become null.
std::string to_json(const Value& value);

}  // namespace modcomm
