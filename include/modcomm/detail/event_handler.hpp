// A user's handler of events behind the one function that the bus calls.
#pragma once

#include <concepts>
#include <memory>
#include <utility>

#include <modcomm/detail/handler.hpp>
#include <modcomm/event.hpp>

namespace modcomm::detail {

/// An event that counts no reference to its record, unless the handler copies it.
class BorrowedEvent {
 public:
  explicit BorrowedEvent(const Message& message) noexcept;
  BorrowedEvent(const BorrowedEvent&) = delete;
  BorrowedEvent& operator=(const BorrowedEvent&) = delete;
  ~BorrowedEvent() {}

  const Event& operator*() const noexcept { return event; }

 private:
  union {  // never destroyed
    Event event;
  };
};

template <class F, class List>
struct EventCall;

template <class F>
struct EventCall<F, ParameterList<Event>> {
  F function;
  auto operator()(const Message& message) { return function(*BorrowedEvent(message)); }
};

template <class F, class T>
  requires(!std::same_as<T, Event>)
struct EventCall<F, ParameterList<T>> {
  F function;
  auto operator()(const T& data) { return function(data); }
};

template <class F, class T>
  requires(!std::same_as<T, Event>)
struct EventCall<F, ParameterList<T, Event>> {
  F function;
  auto operator()(const T& data, const Message& message) {
    return function(data, *BorrowedEvent(message));
  }
};

/// Wraps `void or Result<void> (const T&)`, `(const Event&)` or `(const T&, const Event&)`.
template <class F>
std::unique_ptr<Handler> make_event_handler(F function) {
  using Call = EventCall<F, typename Parameters<F>::type>;
  return make_handler(Call{std::move(function)});
}

}  // namespace modcomm::detail
