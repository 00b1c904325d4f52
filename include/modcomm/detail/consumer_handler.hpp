// A user's handler of a durable consumer behind the one function that the bus calls.
#pragma once

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

#include <modcomm/consumer.hpp>
#include <modcomm/detail/handler.hpp>

namespace modcomm::detail {

class ConsumerHandler {
 public:
  ConsumerHandler() = default;
  ConsumerHandler(const ConsumerHandler&) = delete;
  ConsumerHandler& operator=(const ConsumerHandler&) = delete;
  virtual ~ConsumerHandler() = default;
  /// Throws what the user's code throws. invalid_argument / does_not_convert before it is called.
  virtual Result<void> run(const Event& event, EventDelivery& delivery) = 0;
};

template <class F>
class FunctionConsumer final : public ConsumerHandler {
 public:
  explicit FunctionConsumer(F function) : function_(std::move(function)) {}

  Result<void> run(const Event& event, EventDelivery& delivery) override {
    return convert(typename Parameters<F>::type{}, event, delivery);
  }

 private:
  template <class First, class... More>
  Result<void> convert(ParameterList<First, More...>, const Event& event, EventDelivery& delivery) {
    if constexpr (std::same_as<First, Event>) {
      return call(event, pick<More>(event, delivery)...);
    } else {
      if (const auto* same = event.get_if<First>()) {
        return call(*same, pick<More>(event, delivery)...);
      }
      const Result<First> data = event.as<First>();
      if (!data) return data.error();
      return call(*data, pick<More>(event, delivery)...);
    }
  }

  template <class Wanted>
  static decltype(auto) pick(const Event& event, EventDelivery& delivery) {
    static_assert(
        std::same_as<Wanted, Event> || std::same_as<Wanted, EventDelivery>,
        "a consumer's handler takes (data), (event) or (data, event), then an EventDelivery");
    if constexpr (std::same_as<Wanted, Event>) {
      return (event);
    } else {
      return (delivery);
    }
  }

  template <class... Arguments>
  Result<void> call(Arguments&&... arguments) {
    if constexpr (std::is_void_v<std::invoke_result_t<F&, Arguments...>>) {
      function_(std::forward<Arguments>(arguments)...);
      return {};
    } else {
      return function_(std::forward<Arguments>(arguments)...);
    }
  }

  F function_;
};

/// Wraps `void` or `Result<void>` of (const T&), (const Event&) or (const T&, const Event&), each with an
/// EventDelivery behind it or without.
template <class F>
std::unique_ptr<ConsumerHandler> make_consumer_handler(F function) {
  return std::make_unique<FunctionConsumer<F>>(std::move(function));
}

}  // namespace modcomm::detail
