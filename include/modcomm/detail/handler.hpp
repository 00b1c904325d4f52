// What the bus calls: a user's handler of any accepted shape behind one virtual function.
#pragma once

#include <atomic>
#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

#include <modcomm/message.hpp>
#include <modcomm/result.hpp>

namespace modcomm::detail {

class Handler {
 public:
  using Invoke = void (*)(Handler& self, const Message& message);

  explicit Handler(Invoke how) noexcept : invoke(how) {}
  Handler(const Handler&) = delete;
  Handler& operator=(const Handler&) = delete;
  virtual ~Handler() = default;
  /// Throws what the user's code throws, or Exception when it fails or the payload does not
  /// convert.
  void handle(const Message& message) { invoke(*this, message); }

  /// In the place of a virtual function: whoever delivers often keeps it at hand.
  const Invoke invoke;

  /// What whoever delivers must ask before each run; 0: just run it. It stands here, beside what the
  /// run touches anyway.
  std::atomic<unsigned> gate = 0;
};

/// The types of a callable's parameters: `parameters<F>(Message)`.
template <class... Parameters>
struct ParameterList {};

template <class Call>
struct ParametersOfCall;
template <class R, class C, class... P>
struct ParametersOfCall<R (C::*)(P...)> {
  using type = ParameterList<std::remove_cvref_t<P>...>;
};
template <class R, class C, class... P>
struct ParametersOfCall<R (C::*)(P...) const> : ParametersOfCall<R (C::*)(P...)> {};
template <class R, class C, class... P>
struct ParametersOfCall<R (C::*)(P...) noexcept> : ParametersOfCall<R (C::*)(P...)> {};
template <class R, class C, class... P>
struct ParametersOfCall<R (C::*)(P...) const noexcept> : ParametersOfCall<R (C::*)(P...)> {};

template <class F>
struct Parameters : ParametersOfCall<decltype(&F::operator())> {};
template <class R, class... P>
struct Parameters<R (*)(P...)> {
  using type = ParameterList<std::remove_cvref_t<P>...>;
};

template <class R>
concept HandlerReturn = std::same_as<R, void> || std::same_as<R, Result<void>>;

/// Turns a failed result into what the dispatcher catches.
template <class Call>
void run_handler(Call call) {
  if constexpr (std::is_void_v<decltype(call())>) {
    call();
  } else {
    if (const Result<void> done = call(); !done) throw Exception(done.error());
  }
}

template <class F, class List>
class FunctionHandler;

template <class F>
class FunctionHandler<F, ParameterList<Message>> final : public Handler {
 public:
  explicit FunctionHandler(F function) : Handler(&run), function_(std::move(function)) {}

 private:
  static void run(Handler& self, const Message& message) {
    run_handler([&] { return static_cast<FunctionHandler&>(self).function_(message); });
  }

  F function_;
};

template <class F, class T, class... More>
  requires(!std::same_as<T, Message> && (std::same_as<More, Message> && ...) &&
           sizeof...(More) <= 1)
class FunctionHandler<F, ParameterList<T, More...>> final : public Handler {
 public:
  explicit FunctionHandler(F function) : Handler(&run), function_(std::move(function)) {}

 private:
  static void run(Handler& handler, const Message& message) {
    auto& self = static_cast<FunctionHandler&>(handler);
    if (const T* same = message.get_if<T>()) [[likely]]
      return self.call(*same, message);
    self.convert(message);
  }

  /// Apart from `run`, so that the common case needs no stack frame.
  [[gnu::noinline]] void convert(const Message& message) { call(message.as<T>().value(), message); }

  void call(const T& payload, const Message& message) {
    run_handler([&] {
      if constexpr (sizeof...(More) == 0) {
        return function_(payload);
      } else {
        return function_(payload, message);
      }
    });
  }

  F function_;
};

/// Wraps `void or Result<void> (const T&)`, `(const Message&)` or `(const T&, const Message&)`.
template <class F>
std::unique_ptr<Handler> make_handler(F function) {
  using List = typename Parameters<F>::type;
  return std::make_unique<FunctionHandler<F, List>>(std::move(function));
}

}  // namespace modcomm::detail
