#include <array>
#include <random>

#include <modcomm/id.hpp>

#include "core/id_source.hpp"
#include "core/random.hpp"

namespace modcomm {
namespace {

constexpr std::uint64_t version_7 = 0x7000;
constexpr std::uint64_t version_8 = 0x8000;
constexpr std::uint64_t version_bits = 0xf000;
constexpr std::uint64_t variant = 0x8000'0000'0000'0000U;
constexpr std::uint64_t variant_mask = 0x3fff'ffff'ffff'ffffU;
constexpr std::array<unsigned, 4> dashes = {8, 13, 18, 23};

constexpr bool is_dash(std::size_t position) noexcept {
  for (const unsigned dash : dashes) {
    if (dash == position) return true;
  }
  return false;
}

constexpr int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The random half of a thread's ids: a counter above, a constant below. Both are drawn when the
/// thread makes its first id, so that access needs no guard.
struct ThreadHalf {
  std::uint64_t counter = 0;
  std::uint64_t tag = 0;  // 0: not drawn yet

  void draw() {
    std::random_device device;
    detail::Random random((std::uint64_t{device()} << 32U) ^ device());
    counter = random.next() & 0xffff'ffffU;
    tag = (random.next() & 0x3fff'ffffU) | 1U;
  }
};

constinit thread_local ThreadHalf half;

/// FNV-1a with a final mix; the offset makes two halves differ.
std::uint64_t hash_text(std::string_view text, std::uint64_t offset) noexcept {
  std::uint64_t hash = offset;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return detail::Random(hash).next();
}

}  // namespace

MessageId detail::next_id(WallTime now) noexcept {
  if (half.tag == 0) [[unlikely]]
    half.draw();
  const auto ticks = static_cast<std::uint64_t>(now.time_since_epoch().count());
  const std::uint64_t millis = ticks / 1'000'000;
  const std::uint64_t fraction = ((ticks % 1'000'000) << 12U) / 1'000'000;
  half.counter = (half.counter + 1) & 0xffff'ffffU;
  const std::uint64_t low = (half.counter << 30U) | half.tag;
  return {(millis << 16U) | version_7 | fraction, variant | (low & variant_mask)};
}

std::string MessageId::to_string() const {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text(36, '-');
  std::size_t nibble = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_dash(i)) continue;
    const std::uint64_t half = nibble < 16 ? high : low;
    text[i] = digits[(half >> (60 - 4 * (nibble % 16))) & 0xfU];
    ++nibble;
  }
  return text;
}

std::optional<MessageId> MessageId::parse(std::string_view text) noexcept {
  if (text.size() != 36) return std::nullopt;
  MessageId id;
  std::size_t nibble = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_dash(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const int value = hex_value(text[i]);
    if (value < 0) return std::nullopt;
    std::uint64_t& half = nibble < 16 ? id.high : id.low;
    half = (half << 4U) | static_cast<std::uint64_t>(value);
    ++nibble;
  }
  return id;
}

MessageId MessageId::from_text(std::string_view text) noexcept {
  const std::uint64_t high = hash_text(text, 0xcbf29ce484222325U);
  const std::uint64_t low = hash_text(text, 0x84222325cbf29ce4U);
  return {(high & ~version_bits) | version_8, variant | (low & variant_mask)};
}

}  // namespace modcomm
