#include "core/quote.hpp"

namespace modcomm::detail {
namespace {

constexpr std::size_t longest = 64;

/// Where to cut so that no UTF-8 sequence is split.
std::size_t cut(std::string_view text) noexcept {
  if (text.size() <= longest) return text.size();
  std::size_t end = longest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return end;
}

}  // namespace

std::string quoted(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  const std::size_t end = cut(text);
  std::string out = "\"";
  for (const char c : text.substr(0, end)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) {
      out.append("\\x").append(1, digits[byte >> 4U]).append(1, digits[byte & 0xFU]);
    } else {
      if (c == '"' || c == '\\') out.push_back('\\');
      out.push_back(c);
    }
  }
  out.append(end < text.size() ? "...\"" : "\"");
  return out;
}

}  // namespace modcomm::detail
