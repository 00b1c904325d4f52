#include "schema/keyword.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace modcomm::detail {
namespace {

using enum Vocabulary;

/// Sorted by name.
constexpr std::array keywords = {
    Keyword{"$anchor", core, Holds::anchor},
    Keyword{"$comment", core, Holds::text},
    Keyword{"$defs", core, Holds::schema_map},
    Keyword{"$dynamicAnchor", core, Holds::anchor},
    Keyword{"$dynamicRef", core, Holds::reference},
    Keyword{"$id", core, Holds::identifier},
    Keyword{"$recursiveAnchor", core, Holds::anchor},
    Keyword{"$recursiveRef", core, Holds::reference},
    Keyword{"$ref", core, Holds::reference},
    Keyword{"$schema", core, Holds::reference},
    Keyword{"$vocabulary", core, Holds::vocabularies},
    Keyword{"additionalProperties", applicator, Holds::schema},
    Keyword{"allOf", applicator, Holds::schemas},
    Keyword{"anyOf", applicator, Holds::schemas},
    Keyword{"const", validation, Holds::anything},
    Keyword{"contains", applicator, Holds::schema},
    Keyword{"contentEncoding", content, Holds::text},
    Keyword{"contentMediaType", content, Holds::text},
    Keyword{"contentSchema", content, Holds::schema},
    Keyword{"default", meta_data, Holds::anything},
    Keyword{"definitions", core, Holds::schema_map},
    Keyword{"dependencies", core, Holds::schema_or_names},
    Keyword{"dependentRequired", validation, Holds::names_map},
    Keyword{"dependentSchemas", applicator, Holds::schema_map},
    Keyword{"deprecated", meta_data, Holds::flag},
    Keyword{"description", meta_data, Holds::text},
    Keyword{"else", applicator, Holds::schema},
    Keyword{"enum", validation, Holds::values},
    Keyword{"examples", meta_data, Holds::values},
    Keyword{"exclusiveMaximum", validation, Holds::number},
    Keyword{"exclusiveMinimum", validation, Holds::number},
    Keyword{"format", format_annotation, Holds::text},
    Keyword{"if", applicator, Holds::schema},
    Keyword{"items", applicator, Holds::schema},
    Keyword{"maxContains", validation, Holds::count},
    Keyword{"maxItems", validation, Holds::count},
    Keyword{"maxLength", validation, Holds::count},
    Keyword{"maxProperties", validation, Holds::count},
    Keyword{"maximum", validation, Holds::number},
    Keyword{"minContains", validation, Holds::count},
    Keyword{"minItems", validation, Holds::count},
    Keyword{"minLength", validation, Holds::count},
    Keyword{"minProperties", validation, Holds::count},
    Keyword{"minimum", validation, Holds::number},
    Keyword{"multipleOf", validation, Holds::positive},
    Keyword{"not", applicator, Holds::schema},
    Keyword{"oneOf", applicator, Holds::schemas},
    Keyword{"pattern", validation, Holds::pattern},
    Keyword{"patternProperties", applicator, Holds::schema_by_pattern},
    Keyword{"prefixItems", applicator, Holds::schemas},
    Keyword{"properties", applicator, Holds::schema_map},
    Keyword{"propertyNames", applicator, Holds::schema},
    Keyword{"readOnly", meta_data, Holds::flag},
    Keyword{"required", validation, Holds::names},
    Keyword{"then", applicator, Holds::schema},
    Keyword{"title", meta_data, Holds::text},
    Keyword{"type", validation, Holds::types},
    Keyword{"unevaluatedItems", unevaluated, Holds::schema},
    Keyword{"unevaluatedProperties", unevaluated, Holds::schema},
    Keyword{"uniqueItems", validation, Holds::flag},
    Keyword{"writeOnly", meta_data, Holds::flag},
};
static_assert(std::ranges::is_sorted(keywords, {}, &Keyword::name));

constexpr std::array vocabularies = {
    std::pair{std::string_view("core"), core},
    std::pair{std::string_view("applicator"), applicator},
    std::pair{std::string_view("unevaluated"), unevaluated},
    std::pair{std::string_view("validation"), validation},
    std::pair{std::string_view("meta-data"), meta_data},
    std::pair{std::string_view("format-annotation"), format_annotation},
    std::pair{std::string_view("format-assertion"), format_assertion},
    std::pair{std::string_view("content"), content},
};

}  // namespace

Vocabularies vocabulary_of(std::string_view uri) noexcept {
  constexpr std::string_view family = "https://json-schema.org/draft/2020-12/vocab/";
  if (!uri.starts_with(family)) return 0;
  const auto found = std::ranges::find(vocabularies, uri.substr(family.size()),
                                       &std::pair<std::string_view, Vocabulary>::first);
  return found == vocabularies.end() ? 0 : static_cast<Vocabularies>(found->second);
}

const Keyword* find_keyword(std::string_view name) noexcept {
  const auto found = std::ranges::lower_bound(keywords, name, {}, &Keyword::name);
  return found != keywords.end() && found->name == name ? &*found : nullptr;
}

}  // namespace modcomm::detail
