#include "core/utf8.hpp"

#include <cstdint>

#include <simdjson.h>

namespace modcomm::detail {
namespace {

constexpr bool is_printable(std::uint32_t point) noexcept {
  const bool control = point < 0x20 || (point >= 0x7f && point < 0xa0);
  const bool no_character = (point >= 0xfdd0 && point <= 0xfdef) || (point & 0xfffeU) == 0xfffe;
  return !control && !no_character;
}

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  return simdjson::validate_utf8(text.data(), text.size());
}

bool is_printable_utf8(std::string_view text) noexcept {
  if (!is_utf8(text)) return false;
  std::uint32_t point = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x80) {
      point = byte;
    } else if (byte < 0xc0) {
      point = (point << 6U) | (byte & 0x3fU);
    } else {
      point = byte & (byte < 0xe0 ? 0x1fU : byte < 0xf0 ? 0x0fU : 0x07U);
    }
    const bool ends =
        at + 1 == text.size() || (static_cast<unsigned char>(text[at + 1]) & 0xc0U) != 0x80;
    if (ends && !is_printable(point)) return false;
  }
  return true;
}

}  // namespace modcomm::detail
