// modcomm/detail/operation_handler.hpp -- a user's handler of any accepted shape behind one
// interface.
#pragma once

#include <concepts>
#include <memory>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include <modcomm/call_context.hpp>
#include <modcomm/detail/handler.hpp>

namespace modcomm::detail {

/// What somebody answered who failed, as it is; internal / handler_failed where it has no code.
Error with_code(std::string_view who, const Error& error);

class OperationHandler {
 public:
  OperationHandler() = default;
  OperationHandler(const OperationHandler&) = delete;
  OperationHandler& operator=(const OperationHandler&) = delete;
  virtual ~OperationHandler() = default;

  /// Makes the parameters what the handler takes, and so proves that they are. Once a call.
  virtual Result<void> prepare(CallParameters& parameters) = 0;
  /// Runs it. What the user's code throws leaves.
  virtual Result<void> run(CallContext& call) = 0;

  /// Null: the handler takes no parameters.
  virtual const PayloadType* parameters() const noexcept = 0;
  virtual const PayloadType* reply() const noexcept = 0;
};

template <class T>
struct ReplyOf {
  using type = T;
};
template <class T>
struct ReplyOf<Result<T>> {
  using type = T;
};

/// What a handler takes: its parameters, unless it takes none, and its context, if it wants it.
template <class List>
struct HandlerTakes;
template <>
struct HandlerTakes<ParameterList<>> {
  using parameters = std::monostate;
  static constexpr bool context = false;
};
template <class T>
struct HandlerTakes<ParameterList<T>> {
  static constexpr bool context = std::same_as<T, CallContext>;
  using parameters = std::conditional_t<context, std::monostate, T>;
};
template <class T>
struct HandlerTakes<ParameterList<T, CallContext>> {
  using parameters = T;
  static constexpr bool context = true;
};

template <class F>
class FunctionOperation final : public OperationHandler {
  using Takes = HandlerTakes<typename Parameters<F>::type>;
  using T = typename Takes::parameters;
  static constexpr bool takes_parameters = !std::same_as<T, std::monostate>;

 public:
  explicit FunctionOperation(F function) : function_(std::move(function)) {}

  Result<void> prepare(CallParameters& parameters) override {
    if constexpr (takes_parameters) {
      if (payload_if<T>(parameters.ref()) == nullptr) return convert_to(parameters);
    }
    return {};
  }

  Result<void> run(CallContext& call) override {
    if constexpr (takes_parameters) {
      CallParameters& parameters = call.parameters_slot();
      const T* same = payload_if<T>(parameters.ref());
      if (same == nullptr) [[unlikely]] {
        const Result<void> ready = convert_to(parameters);
        if (!ready) return ready.error().with_context(call.operation());
        same = payload_if<T>(parameters.ref());
      }
      return answer(call, [&] { return invoke(*same, call); });
    } else {
      return answer(call, [&] { return invoke(std::monostate{}, call); });
    }
  }

  const PayloadType* parameters() const noexcept override {
    return takes_parameters ? &payload_type<T> : nullptr;
  }
  const PayloadType* reply() const noexcept override {
    using R = typename ReplyOf<decltype(std::declval<FunctionOperation&>().invoke(
        std::declval<const T&>(), std::declval<CallContext&>()))>::type;
    if constexpr (std::is_void_v<R>) {
      return &payload_type<std::monostate>;
    } else {
      return &payload_type<R>;
    }
  }

 private:
  /// Apart from `run`, so that the common case stays short.
  [[gnu::noinline]] static Result<void> convert_to(CallParameters& parameters) {
    Result<T> converted = convert<T>(parameters.ref());
    if (!converted) return converted.error();
    parameters.set(Payload::of(std::move(*converted)));
    return {};
  }

  auto invoke(const T& parameters, CallContext& call) {
    if constexpr (takes_parameters && Takes::context) {
      return function_(parameters, call);
    } else if constexpr (takes_parameters) {
      return function_(parameters);
    } else if constexpr (Takes::context) {
      return function_(call);
    } else {
      return function_();
    }
  }

  template <class Invoke>
  static Result<void> answer(CallContext& call, Invoke invoke) {
    using Returned = decltype(invoke());
    if constexpr (std::is_void_v<Returned>) {
      invoke();
      call.answer(std::monostate{});
      return {};
    } else if constexpr (std::same_as<Returned, Result<void>>) {
      const Result<void> done = invoke();
      if (!done) return with_code(call.operation(), done.error());
      call.answer(std::monostate{});
      return {};
    } else if constexpr (!std::same_as<typename ReplyOf<Returned>::type, Returned>) {
      Returned reply = invoke();
      if (!reply) return with_code(call.operation(), reply.error());
      call.reply_slot().put(std::move(*reply));
      return {};
    } else {
      call.reply_slot().put(invoke());
      return {};
    }
  }

  F function_;
};

/// Wraps a function of any shape that modcomm/operation.hpp names.
template <class F>
std::unique_ptr<OperationHandler> make_operation_handler(F function) {
  return std::make_unique<FunctionOperation<F>>(std::move(function));
}

}  // namespace modcomm::detail
