// modcomm/message_middleware.hpp -- what middleware around publishing and delivery sees.
//
//   bus.publish_middleware().add({.name = "stamp",
//       .function = [](modcomm::Publication& publication, const modcomm::NextPublication& next) {
//         publication.set_header("host", "lab-7");
//         return next();                                     // or an Error: the message is refused
//       }}).value();
//   bus.delivery_middleware("Lab").add({.name = "time",
//       .function = [](modcomm::Reception& reception, const modcomm::NextReception& next) {
//         const Stopwatch watch(reception.module());
//         return next();                                     // or an Error: the delivery has failed
//       }}).value();
//
// Threads.   Around publishing: the publisher's. Around delivery: the one that runs the handler.
// Order.     Publishing: before the message is checked, stamped and queued. Delivery: once for each
//            handler, after target and filters were asked.
// Lifetime.  Both objects belong to the function, until it returns.
// Errors.    What a function answers instead of calling `next` is what the publisher gets, or what
//            the subscription counts as its handler's failure. What it throws becomes
//            internal / handler_threw.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <modcomm/message.hpp>
#include <modcomm/middleware.hpp>
#include <modcomm/payload.hpp>
#include <modcomm/result.hpp>
#include <modcomm/subscription.hpp>

namespace modcomm {

namespace detail {
class Draft;
class Subscriber;
}  // namespace detail

/// A message on its way into a channel; it may be changed.
class Publication {
 public:
  Publication(detail::Draft& draft, const PublishOptions& options);
  Publication(const Publication&) = delete;
  Publication& operator=(const Publication&) = delete;
  ~Publication();

  std::string_view channel() const noexcept;
  std::string_view type() const noexcept;
  /// The module that publishes it.
  std::string_view source() const noexcept;

  /// The payload if it is a T, else null.
  template <class T>
  const T* get_if() const noexcept {
    return detail::payload_if<T>(payload());
  }
  /// The payload as a T, converted if it is something else; as Value or Bytes, too.
  template <class T>
  Result<T> as() const {
    return detail::convert<T>(payload());
  }
  template <class T>
  void set_payload(T payload) {
    replace_payload(Payload::of(std::move(payload)));
  }

  /// How it is published. Views in it must live until `next` has returned; `set_header` copies.
  PublishOptions& options() noexcept { return options_; }
  const PublishOptions& options() const noexcept { return options_; }
  /// The value of the first header of that name, or empty.
  std::string_view header(std::string_view name) const noexcept;
  /// Adds the header, or gives the first one of that name another value.
  void set_header(std::string_view name, std::string_view value);

 private:
  detail::PayloadRef payload() const noexcept;
  void replace_payload(Payload payload);
  std::string_view keep(std::string_view text);

  detail::Draft& draft_;
  PublishOptions options_;
  std::vector<Header> headers_;
  std::deque<std::string> texts_;
};

/// What a middleware around publishing calls to go on.
class NextPublication {
 public:
  NextPublication(detail::Draft& draft, const void* chain, std::size_t position,
                  Publication& publication) noexcept
      : draft_(draft), chain_(chain), position_(position), publication_(publication) {}

  /// Once or, after a failure, again: failed_precondition / closed once it has succeeded.
  Result<MessageId> operator()() const;

 private:
  detail::Draft& draft_;
  const void* chain_;
  std::size_t position_;
  Publication& publication_;
};

/// A message on its way to one handler.
class Reception {
 public:
  Reception(detail::Subscriber& subscriber, const Message& message) noexcept
      : subscriber_(subscriber), message_(message) {}
  Reception(const Reception&) = delete;
  Reception& operator=(const Reception&) = delete;
  ~Reception() = default;

  const Message& message() const noexcept { return changed_ ? *changed_ : message_; }
  /// The module that receives it.
  std::string_view module() const noexcept;
  SubscriptionId subscription() const noexcept;

  /// What comes after, and this handler alone, sees the same message with another payload.
  template <class T>
  void set_payload(T payload) {
    replace_payload(Payload::of(std::move(payload)));
  }

 private:
  void replace_payload(Payload payload);

  detail::Subscriber& subscriber_;
  const Message& message_;
  std::optional<Message> changed_{};
};

/// What a middleware around delivery calls to go on. To answer success without calling it settles the
/// delivery in the handler's place.
class NextReception {
 public:
  NextReception(detail::Subscriber& subscriber, const void* chain, std::size_t position,
                Reception& reception) noexcept
      : subscriber_(subscriber), chain_(chain), position_(position), reception_(reception) {}

  /// Once or, after a failure, again. What the handler throws is an Error here.
  Result<void> operator()() const;

 private:
  detail::Subscriber& subscriber_;
  const void* chain_;
  std::size_t position_;
  Reception& reception_;
};

/// Runs when a message is published.
using PublishMiddleware =
    Middleware<std::function<Result<MessageId>(Publication&, const NextPublication&)>>;
/// Runs when a message reaches a handler.
using DeliveryMiddleware =
    Middleware<std::function<Result<void>(Reception&, const NextReception&)>>;

}  // namespace modcomm
