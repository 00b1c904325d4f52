// modcomm/payload.hpp -- what a message carries: a typed object, JSON, or bytes.
//
//   auto step = modcomm::Payload::of(ExecuteStep{.step_name = "CreateVM"});
//   const ExecuteStep* same = step.get_if<ExecuteStep>();          // no copy, no conversion
//   auto other = step.as<StepSummary>().value();                   // converted by its JSON form
//   modcomm::Value json = step.value().value();
//
// Threads.   A Payload shares one immutable object; copies may be used from any thread.
// Lifetime.  The object lives as long as its last handle; so do pointers from `get_if`.
// Errors.    invalid_argument / does_not_convert; the message names both types or the path.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <modcomm/detail/payload_type.hpp>
#include <modcomm/result.hpp>
#include <modcomm/value.hpp>

namespace modcomm {

/// A handle on one immutable object, or on none.
class Payload {
 public:
  enum class Form : std::uint8_t { none, object, json, bytes };

  /// No payload.
  Payload() noexcept = default;
  explicit Payload(Value value);
  explicit Payload(Bytes bytes);

  /// Moves `object` in. Character strings become a std::string, a Payload stays what it is.
  template <class T>
  static Payload of(T object);
  /// Names an object that `owner` keeps alive.
  static Payload share(detail::PayloadRef object,
                       const std::shared_ptr<const void>& owner) noexcept;

  Form form() const noexcept;
  bool empty() const noexcept { return type_ == nullptr; }
  /// What limits in bytes count: sizeof(T), or the user's payload_size(const T&).
  std::size_t size() const noexcept;

  /// The object itself, if it is a T.
  template <class T>
  const T* get_if() const noexcept {
    return detail::payload_if<T>(ref());
  }
  /// Shares the object if it is a T, else converts it.
  template <class T>
  Result<std::shared_ptr<const T>> as() const;
  /// As JSON; an empty payload is null.
  Result<Value> value() const { return detail::to_value(ref()); }
  /// As bytes with a content type; an empty payload has none of either.
  Result<Bytes> bytes() const { return detail::to_bytes(ref()); }

  /// For floors above; not for users.
  detail::PayloadRef ref() const noexcept { return {type_, object_.get()}; }
  const std::shared_ptr<const void>& owner() const noexcept { return object_; }

 private:
  Payload(const detail::PayloadType* type, std::shared_ptr<const void> object) noexcept
      : type_(type), object_(std::move(object)) {}

  const detail::PayloadType* type_ = nullptr;
  std::shared_ptr<const void> object_{};
};

template <class T>
Payload Payload::of(T object) {
  if constexpr (std::same_as<T, Payload>) {
    return object;
  } else if constexpr (std::same_as<T, std::monostate>) {
    return {};
  } else if constexpr (std::convertible_to<T, const char*> || std::same_as<T, std::string_view>) {
    return of(std::string(object));
  } else {
    return {&detail::payload_type<T>, std::make_shared<const T>(std::move(object))};
  }
}

template <class T>
Result<std::shared_ptr<const T>> Payload::as() const {
  if (const T* same = get_if<T>()) return std::shared_ptr<const T>(object_, same);
  Result<T> converted = detail::convert<T>(ref());
  if (!converted) return converted.error();
  return std::make_shared<const T>(std::move(*converted));
}

}  // namespace modcomm
