// modcomm/detail/function_ref.hpp -- a callable passed by reference for the length of a call.
#pragma once

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

namespace modcomm::detail {

template <class Signature>
class FunctionRef;

/// Refers to a callable that outlives it; two pointers, never allocates.
template <class R, class... Args>
class FunctionRef<R(Args...)> {
 public:
  template <class F>
    requires(!std::same_as<std::remove_cvref_t<F>, FunctionRef> &&
             std::is_object_v<std::remove_reference_t<F>>)
  explicit(false) FunctionRef(F&& function) noexcept
      : object_(const_cast<void*>(static_cast<const void*>(std::addressof(function)))),
        call_([](void* object, Args... args) -> R {
          return (*static_cast<std::remove_reference_t<F>*>(object))(std::forward<Args>(args)...);
        }) {}

  R operator()(Args... args) const { return call_(object_, std::forward<Args>(args)...); }

 private:
  void* object_;
  R (*call_)(void*, Args...);
};

}  // namespace modcomm::detail
