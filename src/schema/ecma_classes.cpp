#include "schema/ecma_classes.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace modcomm::detail {
namespace {

using Names = std::pair<std::string_view, std::string_view>;

constexpr std::array general_categories = {
    Names{"Letter", "L"},
    Names{"Uppercase_Letter", "Lu"},
    Names{"Lowercase_Letter", "Ll"},
    Names{"Titlecase_Letter", "Lt"},
    Names{"Modifier_Letter", "Lm"},
    Names{"Other_Letter", "Lo"},
    Names{"Mark", "M"},
    Names{"Combining_Mark", "M"},
    Names{"Nonspacing_Mark", "Mn"},
    Names{"Spacing_Mark", "Mc"},
    Names{"Enclosing_Mark", "Me"},
    Names{"Number", "N"},
    Names{"Decimal_Number", "Nd"},
    Names{"digit", "Nd"},
    Names{"Letter_Number", "Nl"},
    Names{"Other_Number", "No"},
    Names{"Punctuation", "P"},
    Names{"punct", "P"},
    Names{"Connector_Punctuation", "Pc"},
    Names{"Dash_Punctuation", "Pd"},
    Names{"Open_Punctuation", "Ps"},
    Names{"Close_Punctuation", "Pe"},
    Names{"Initial_Punctuation", "Pi"},
    Names{"Final_Punctuation", "Pf"},
    Names{"Other_Punctuation", "Po"},
    Names{"Symbol", "S"},
    Names{"Math_Symbol", "Sm"},
    Names{"Currency_Symbol", "Sc"},
    Names{"Modifier_Symbol", "Sk"},
    Names{"Other_Symbol", "So"},
    Names{"Separator", "Z"},
    Names{"Space_Separator", "Zs"},
    Names{"Line_Separator", "Zl"},
    Names{"Paragraph_Separator", "Zp"},
    Names{"Control", "Cc"},
    Names{"cntrl", "Cc"},
    Names{"Format", "Cf"},
    Names{"Private_Use", "Co"},
};

bool is_name(std::string_view text) noexcept {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, plain);
}

std::string category(std::string_view name) {
  for (const auto& [written, short_name] : general_categories) {
    if (name == written || name == short_name) return std::string(short_name);
  }
  return {};
}

}  // namespace

std::string re2_property(std::string_view name) {
  const std::size_t equals = name.find('=');
  const std::string_view property = equals == std::string_view::npos ? "" : name.substr(0, equals);
  const std::string_view value = name.substr(property.empty() ? 0 : equals + 1);
  if (!is_name(value)) return {};
  if (property == "Script" || property == "sc") return std::string(value);
  if (property == "General_Category" || property == "gc") return category(value);
  if (!property.empty()) return {};
  if (value == "Any") return "Any";
  return category(value);
}

}  // namespace modcomm::detail
