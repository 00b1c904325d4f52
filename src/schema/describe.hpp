#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <modcomm/value.hpp>

namespace modcomm::detail {

/// A set of JSON types, one bit each; `integer` is what an integer is stored as, `fraction` any
/// other number.
enum class Kind : std::uint8_t {
  null = 1,
  boolean = 2,
  integer = 4,
  fraction = 8,
  string = 16,
  array = 32,
  object = 64,
  foreign = 128,  ///< What no JSON text can hold: bytes.
};
using Kinds = std::uint8_t;
inline constexpr Kinds all_kinds = 255;
inline constexpr Kinds number_kinds = 4 | 8;

constexpr Kinds bit(Kind kind) noexcept { return static_cast<Kinds>(kind); }

constexpr Kind kind_of(const Value& value) noexcept {
  constexpr Kind kinds[] = {Kind::null,    Kind::object,  Kind::array,   Kind::string,
                            Kind::boolean, Kind::integer, Kind::integer, Kind::fraction,
                            Kind::foreign, Kind::foreign};
  return kinds[static_cast<std::size_t>(value.type())];
}

/// The type that a schema calls by this name; 0 if there is none.
Kinds kinds_named(std::string_view type) noexcept;

/// "string, integer or null"; "nothing" for none.
std::string listed(Kinds kinds);

/// The value in a few words, never at length: `integer 7`, `string "CreateVM"`, `array of 3`.
std::string described(const Value& value);

/// A constant as a message shows it: `7`, `"CreateVM"`, `array of 3`.
std::string shown(const Value& value);

/// "1 character", "2 characters".
std::string counted(std::uint64_t count, std::string_view one, std::string_view many);

}  // namespace modcomm::detail
