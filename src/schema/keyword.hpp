#pragma once

#include <cstdint>
#include <string_view>

namespace modcomm::detail {

/// The vocabularies of 2020-12, as bits.
enum class Vocabulary : std::uint8_t {
  core = 1,
  applicator = 2,
  unevaluated = 4,
  validation = 8,
  meta_data = 16,
  format_annotation = 32,
  format_assertion = 64,
  content = 128,
};
using Vocabularies = std::uint8_t;

constexpr bool contains(Vocabularies all, Vocabulary one) noexcept {
  return (all & static_cast<Vocabularies>(one)) != 0;
}

/// The vocabulary of a URI; 0 if nobody knows it.
Vocabularies vocabulary_of(std::string_view uri) noexcept;

/// What a keyword must hold.
enum class Holds : std::uint8_t {
  anything,
  schema,
  schemas,     ///< An array of one or more.
  schema_map,  ///< An object of schemas by name.
  schema_by_pattern,
  schema_or_names,  ///< An object of schemas or arrays of names: `dependencies`.
  text,
  flag,
  number,
  positive,
  count,
  values,  ///< Any array.
  names,   ///< An array of different strings.
  names_map,
  types,
  pattern,
  reference,
  identifier,
  anchor,
  vocabularies,
};

struct Keyword {
  std::string_view name;
  Vocabulary vocabulary;
  Holds holds;
};

/// What 2020-12 says of the keyword, or null.
const Keyword* find_keyword(std::string_view name) noexcept;

/// JSON text of a meta-schema of 2020-12, or empty.
std::string_view meta_schema(std::string_view uri) noexcept;

}  // namespace modcomm::detail
