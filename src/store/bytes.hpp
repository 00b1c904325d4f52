// Numbers and texts as they lie in files: little-endian, lengths before texts.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace modcomm::store {

static_assert(std::endian::native == std::endian::little, "files are little-endian; swap here");

template <std::unsigned_integral T>
void put(std::string& out, T number) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &number, sizeof(T));
  out.append(bytes, sizeof(T));
}

/// Its length in 32 bits, then the text.
inline void put_text(std::string& out, std::string_view text) {
  put(out, static_cast<std::uint32_t>(text.size()));
  out += text;
}

/// Reads what is there, and never more: after the first answer that is empty all others are.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) noexcept : rest_(bytes) {}

  template <std::unsigned_integral T>
  std::optional<T> number() noexcept {
    const auto bytes = take(sizeof(T));
    if (!bytes) return std::nullopt;
    T value = 0;
    std::memcpy(&value, &bytes->front(), sizeof(T));
    return value;
  }

  std::optional<std::string_view> text() noexcept {
    const auto length = number<std::uint32_t>();
    if (!length) return std::nullopt;
    return take(*length);
  }

  std::string_view rest() const noexcept { return rest_; }
  bool failed() const noexcept { return failed_; }

 private:
  std::optional<std::string_view> take(std::size_t length) noexcept {
    if (failed_ || length > rest_.size()) {
      failed_ = true;
      return std::nullopt;
    }
    const auto taken = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return taken;
  }

  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace modcomm::store
