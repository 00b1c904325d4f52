// modcomm/detail/payload_type.hpp -- what the bus knows about a payload's type.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <variant>

#include <modcomm/detail/reflect_io.hpp>
#include <modcomm/detail/reflect_table.hpp>
#include <modcomm/result.hpp>
#include <modcomm/value.hpp>

namespace modcomm {

class Payload;

/// A payload that is neither object nor JSON. `application/json`, `…+json` and `text/…` convert.
struct Bytes {
  std::string data{};
  std::string content_type = "application/octet-stream";

  friend bool operator==(const Bytes&, const Bytes&) = default;
};

namespace detail {

/// How a payload's type is treated by conversions.
enum class PayloadKind : std::uint8_t { none, object, json, bytes, handle };

/// A constant table for each payload type; nobody but `payload_type<T>` makes one.
struct PayloadType {
  PayloadKind kind;
  std::size_t size;
  std::size_t align;
  const std::type_info& (*rtti)() noexcept;
  /// Null where destroying does nothing.
  void (*destroy)(void* object) noexcept;
  /// What limits in bytes count: `payload_size(object)`; null where that is not declared: sizeof(T).
  std::size_t (*bytes)(const void* object) noexcept;
  /// Null when T has no JSON form.
  ShapeRef shape;
};

std::size_t held_bytes(const Value& value) noexcept;
std::size_t held_bytes(const std::string& text) noexcept;
std::size_t held_bytes(const Bytes& bytes) noexcept;
std::size_t held_bytes(const Payload& payload) noexcept;

/// Limits count what these hold, too, and only these: nearly everything converts to a Value.
template <class T>
  requires(std::same_as<T, Value> || std::same_as<T, std::string> || std::same_as<T, Bytes> ||
           std::same_as<T, Payload>)
std::size_t payload_size(const T& object) noexcept {
  return held_bytes(object);
}

template <class T>
concept TellsPayloadSize = requires(const T& object) {
  { payload_size(object) } -> std::convertible_to<std::size_t>;
};

template <class T>
consteval PayloadKind payload_kind() {
  if (std::same_as<T, std::monostate>) return PayloadKind::none;
  if (std::same_as<T, Value>) return PayloadKind::json;
  if (std::same_as<T, Bytes>) return PayloadKind::bytes;
  if (std::same_as<T, Payload>) return PayloadKind::handle;
  return PayloadKind::object;
}

template <class T>
struct PayloadTypeOf {
  static_assert(std::same_as<T, std::remove_cvref_t<T>>,
                "a payload type has no const and no reference");

  static const std::type_info& rtti() noexcept { return typeid(T); }
  static void destroy(void* object) noexcept { std::destroy_at(static_cast<T*>(object)); }
  static constexpr auto destroyer() noexcept -> void (*)(void*) noexcept {
    return std::is_trivially_destructible_v<T> ? nullptr : &destroy;
  }
  static constexpr auto measure() noexcept -> std::size_t (*)(const void*) noexcept {
    if constexpr (TellsPayloadSize<T>) {
      return [](const void* object) noexcept -> std::size_t {
        return payload_size(*static_cast<const T*>(object));
      };
    } else {
      return nullptr;
    }
  }
  static constexpr ShapeRef shape() noexcept {
    if constexpr (Shaped<T>) {
      return &shape_of<T>;
    } else {
      return nullptr;
    }
  }
};

template <class T>
inline constexpr PayloadType payload_type{payload_kind<T>(),
                                          sizeof(T),
                                          alignof(T),
                                          PayloadTypeOf<T>::rtti,
                                          PayloadTypeOf<T>::destroyer(),
                                          PayloadTypeOf<T>::measure(),
                                          PayloadTypeOf<T>::shape()};

/// By address, and across shared libraries by type_info.
inline bool same_type(const PayloadType& a, const PayloadType& b) noexcept {
  return &a == &b || a.rtti() == b.rtti();
}

/// What limits in bytes count for this object.
inline std::size_t bytes_of(const PayloadType& type, const void* object) noexcept {
  return type.bytes == nullptr ? type.size : type.bytes(object);
}

/// Ends an object in place.
inline void destroy_payload(const PayloadType& type, void* object) noexcept {
  if (type.destroy != nullptr) type.destroy(object);
}

/// A payload object that somebody else keeps alive. No type: no payload.
struct PayloadRef {
  const PayloadType* type = nullptr;
  const void* object = nullptr;

  template <class T>
  static PayloadRef to(const T& object) noexcept {
    return {&payload_type<T>, &object};
  }
};

/// The object itself: looks into a Payload handle; a monostate and an empty handle become no
/// payload.
PayloadRef resolve(PayloadRef payload) noexcept;

/// The object as a T, if it is one.
template <class T>
const T* payload_if(PayloadRef payload) noexcept {
  constexpr PayloadKind kind = payload_kind<T>();
  if constexpr (kind != PayloadKind::none && kind != PayloadKind::handle) {
    if (payload.type == &payload_type<T>) [[likely]]
      return static_cast<const T*>(payload.object);
  }
  const PayloadRef inner = resolve(payload);
  const bool is_it = inner.type != nullptr && same_type(*inner.type, payload_type<T>);
  return is_it ? static_cast<const T*>(inner.object) : nullptr;
}

/// Converts into a fresh object of another type that has a JSON form.
Result<void> convert_into(PayloadRef payload, const PayloadType& to, void* object);
/// Says why a payload cannot become a `to`, which has no JSON form or cannot be copied.
Error does_not_convert(PayloadRef payload, const PayloadType& to);

/// The payload as JSON; no payload is null.
Result<Value> to_value(PayloadRef payload);
/// The payload as bytes: JSON (application/json) unless it is text (text/plain) or bytes already.
/// No payload gives no bytes and an empty content type.
Result<Bytes> to_bytes(PayloadRef payload);

/// The payload as a T: a copy if it is one, else converted. Bytes convert by content type.
template <class T>
Result<T> convert(PayloadRef payload) {
  static_assert(!std::same_as<T, Payload>, "a handle needs an owner: Payload::share");
  if constexpr (std::same_as<T, Value>) {
    return to_value(payload);
  } else if constexpr (std::same_as<T, Bytes>) {
    return to_bytes(payload);
  } else {
    if constexpr (std::copy_constructible<T>) {
      if (const T* same = payload_if<T>(payload)) return *same;
    }
    if constexpr (Shaped<T>) {
      T object{};
      const Result<void> converted = convert_into(payload, payload_type<T>, &object);
      if (!converted) return converted.error();
      return object;
    } else {
      return does_not_convert(payload, payload_type<T>);
    }
  }
}

}  // namespace detail
}  // namespace modcomm
