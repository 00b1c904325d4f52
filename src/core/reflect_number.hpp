#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

namespace modcomm::detail {

/// An integer of any width and sign that C++ members have.
struct Integer {
  std::uint64_t bits = 0;  ///< Two's complement.
  bool negative = false;

  static Integer of(std::int64_t value) noexcept {
    return {static_cast<std::uint64_t>(value), value < 0};
  }
  static Integer of(std::uint64_t value) noexcept { return {value, false}; }
};

constexpr std::uint64_t largest(std::size_t bytes, bool is_signed) noexcept {
  return std::numeric_limits<std::uint64_t>::max() >> (64 - 8 * bytes + (is_signed ? 1 : 0));
}

constexpr std::int64_t smallest(std::size_t bytes, bool is_signed) noexcept {
  return is_signed ? -static_cast<std::int64_t>(largest(bytes, true)) - 1 : 0;
}

inline bool fits(Integer value, std::size_t bytes, bool is_signed) noexcept {
  if (!value.negative) return value.bits <= largest(bytes, is_signed);
  return static_cast<std::int64_t>(value.bits) >= smallest(bytes, is_signed);
}

template <class T>
T load_as(const void* object) noexcept {
  T value{};
  std::memcpy(&value, object, sizeof(T));
  return value;
}

template <class T>
void store_as(void* object, std::uint64_t bits) noexcept {
  const auto value = static_cast<T>(bits);
  std::memcpy(object, &value, sizeof(T));
}

inline Integer load_integer(const void* object, std::size_t bytes, bool is_signed) noexcept {
  using Signed = std::int64_t;
  using Unsigned = std::uint64_t;
  switch (bytes) {
    case 1:
      return is_signed ? Integer::of(Signed{load_as<std::int8_t>(object)})
                       : Integer::of(Unsigned{load_as<std::uint8_t>(object)});
    case 2:
      return is_signed ? Integer::of(Signed{load_as<std::int16_t>(object)})
                       : Integer::of(Unsigned{load_as<std::uint16_t>(object)});
    case 4:
      return is_signed ? Integer::of(Signed{load_as<std::int32_t>(object)})
                       : Integer::of(Unsigned{load_as<std::uint32_t>(object)});
    default:
      return is_signed ? Integer::of(load_as<Signed>(object))
                       : Integer::of(load_as<Unsigned>(object));
  }
}

inline void store_integer(void* object, std::size_t bytes, Integer value) noexcept {
  switch (bytes) {
    case 1:
      return store_as<std::uint8_t>(object, value.bits);
    case 2:
      return store_as<std::uint16_t>(object, value.bits);
    case 4:
      return store_as<std::uint32_t>(object, value.bits);
    default:
      return store_as<std::uint64_t>(object, value.bits);
  }
}

}  // namespace modcomm::detail
