// modcomm/detail/call_parameters.hpp -- the parameters of a call on their way to its handler.
#pragma once

#include <concepts>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <modcomm/payload.hpp>

namespace modcomm::detail {

/// Parameters that somebody keeps alive: the caller, or this object.
class CallParameters {
 public:
  CallParameters() noexcept = default;
  explicit CallParameters(PayloadRef borrowed) noexcept : ref_(borrowed) {}
  explicit CallParameters(Payload own) noexcept : own_(std::move(own)) { ref_ = own_.ref(); }

  PayloadRef ref() const noexcept { return ref_; }
  const Payload& own() const noexcept { return own_; }
  void set(Payload own) noexcept {
    own_ = std::move(own);
    ref_ = own_.ref();
  }

 private:
  PayloadRef ref_{};
  Payload own_{};
};

/// Characters that a call takes as a std::string, since they are somebody else's.
template <class T>
concept Characters = std::same_as<T, std::string_view> ||
                     (std::convertible_to<T, const char*> && !std::is_null_pointer_v<T>);

/// What a call keeps of parameters of type T.
template <class T>
using Kept = std::conditional_t<Characters<T>, std::string, T>;

class TextArguments;

/// What a caller passes: an object that stays where it is, or is moved into the call if the call
/// outlives its caller.
class Arguments {
 public:
  template <class T>
  static Arguments of(T& object) noexcept {
    return {PayloadRef::to(object), &object,
            [](void* from) { return Payload::of(std::move(*static_cast<T*>(from))); },
            [](void* from, void* to) { ::new (to) T(std::move(*static_cast<T*>(from))); }};
  }
  template <Characters T>
  static TextArguments of(T& characters);
  static Arguments none() noexcept { return {}; }

  PayloadRef ref() const noexcept { return ref_; }
  /// The object, moved out.
  Payload take() const { return own_ == nullptr ? Payload() : own_(object_); }
  /// The same, to a place for an object of its type. There must be one.
  void move_to(void* place) const { move_(object_, place); }

 private:
  Arguments() noexcept = default;
  Arguments(PayloadRef ref, void* object, Payload (*own)(void*),
            void (*move)(void*, void*)) noexcept
      : ref_(ref), object_(object), own_(own), move_(move) {}

  PayloadRef ref_{};
  void* object_ = nullptr;
  Payload (*own_)(void*) = nullptr;
  void (*move_)(void* from, void* to) = nullptr;
};

struct OwnText {
  std::string text;
};

/// Arguments with their object.
class TextArguments : private OwnText, public Arguments {
 public:
  explicit TextArguments(std::string its_text)
      : OwnText{std::move(its_text)}, Arguments(Arguments::of(text)) {}
  TextArguments(const TextArguments&) = delete;
  TextArguments& operator=(const TextArguments&) = delete;
  ~TextArguments() = default;
};

template <Characters T>
TextArguments Arguments::of(T& characters) {
  return TextArguments(std::string(characters));
}

}  // namespace modcomm::detail
