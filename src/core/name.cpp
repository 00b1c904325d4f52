#include <string>

#include <modcomm/name.hpp>

#include "core/quote.hpp"

namespace modcomm {
namespace {

constexpr std::string_view rule = "letters, digits, '_' and '-'";
constexpr std::string_view dotted_rule =
    "letters, digits, '_' and '-', in tokens separated by dots";

constexpr bool is_name_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

Error bad_name(std::string_view kind, std::string_view name, std::string_view what,
               std::string_view allowed) {
  std::string message(kind);
  message.append(" name ").append(detail::quoted(name)).append(" ").append(what);
  message.append("; allowed are 1 to 128 ").append(allowed);
  return {Code::invalid_argument, reason::bad_name, std::move(message)};
}

std::string position(std::size_t index) { return "at position " + std::to_string(index + 1); }

Result<void> check(std::string_view kind, std::string_view name, bool dots) {
  const std::string_view allowed = dots ? dotted_rule : rule;
  const auto refuse = [&](std::string_view what) { return bad_name(kind, name, what, allowed); };
  if (name.empty()) return refuse("is empty");
  if (name.size() > max_name_length) {
    return refuse("has " + std::to_string(name.size()) + " characters");
  }
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (dots && name[i] == '.') {
      const bool empty = i == 0 || name[i - 1] == '.' || i + 1 == name.size();
      if (empty) return refuse("has an empty token " + position(i));
    } else if (!is_name_character(name[i])) {
      return refuse("has a bad character " + position(i));
    }
  }
  return {};
}

}  // namespace

Result<void> check_name(std::string_view kind, std::string_view name) {
  return check(kind, name, false);
}

Result<void> check_type_name(std::string_view kind, std::string_view name) {
  return check(kind, name, true);
}

}  // namespace modcomm
