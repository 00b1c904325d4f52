// modcomm/message.hpp -- the envelope that a handler receives.
//
//   auto heard = lab.subscribe("Configuration", "Config*", [](const modcomm::Message& message) {
//     auto changed = message.as<ConfigChanged>();          // or message.value() for JSON
//     if (changed) apply(changed->setting, message.header("reason"));
//   }).value();
//
// Threads.   A Message is immutable; copies may be used from any thread.
// Lifetime.  A copy is cheap and keeps payload and views alive, even beyond the bus.
// Errors.    as(), value() and bytes() answer invalid_argument / does_not_convert with a path.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <modcomm/clock.hpp>
#include <modcomm/detail/record.hpp>
#include <modcomm/id.hpp>
#include <modcomm/payload.hpp>
#include <modcomm/result.hpp>

namespace modcomm {

namespace detail {
class Dispatch;
}

/// A name and a value, both views.
struct Header {
  std::string_view name{};
  std::string_view value{};
};

/// How one message is published. Trivially destructible on purpose: docs/coding.md, "GCC 12".
struct PublishOptions {
  Priority priority = Priority::normal;
  /// After this the message is never handed to a handler. 0: the channel's default;
  /// nanoseconds::max(): never expires. Negative is refused.
  std::chrono::nanoseconds ttl{0};
  std::span<const Header> headers{};
  std::string_view correlation_id{};
  std::string_view target{};  ///< Only subscriptions of this module receive it; empty: all.
  /// For channels that conflate: the newest message of each key is kept; empty: the type.
  std::string_view key{};
  std::string_view id{};  ///< An id from outside, kept verbatim; empty: a new one is made.
  /// How long to wait when the channel is full and blocks; empty: what the channel says.
  std::optional<std::chrono::nanoseconds> block_for{};
};

/// A cheap copyable handle on an immutable record.
class Message {
 public:
  Message(const Message& other) noexcept : record_(other.record_) { detail::retain(record_); }
  Message(Message&& other) noexcept : record_(std::exchange(other.record_, nullptr)) {}
  Message& operator=(const Message& other) noexcept { return *this = Message(other); }
  Message& operator=(Message&& other) noexcept {
    std::swap(record_, other.record_);
    return *this;
  }
  ~Message() {
    if (record_ != nullptr) detail::release(record_);
  }

  MessageId id() const noexcept { return record_->id; }
  /// The id as it was given from outside, else `id().to_string()`.
  std::string id_text() const;
  std::string_view channel() const noexcept;
  std::string_view type() const noexcept;
  /// The module that published it.
  std::string_view source() const noexcept;
  Priority priority() const noexcept { return record_->priority; }
  /// When it was accepted.
  WallTime time() const noexcept { return record_->time; }
  /// Empty if it never expires.
  std::optional<WallTime> expires() const noexcept;
  std::span<const Header> headers() const noexcept;
  /// The value of the first header of that name, or empty. Names are case-sensitive.
  std::string_view header(std::string_view name) const noexcept;
  std::string_view correlation_id() const noexcept;
  /// The module it is meant for; empty: all.
  std::string_view target() const noexcept;
  /// What the payload counts against limits, in bytes.
  std::size_t size() const noexcept { return record_->bytes; }

  /// The payload if it is a T, without converting; else null.
  template <class T>
  const T* get_if() const noexcept {
    if (record_->payload == &detail::payload_type<T>) [[likely]] {
      return static_cast<const T*>(record_->storage());
    }
    return detail::payload_if<T>(payload());
  }

  /// The payload as a T, converted if it is something else.
  template <class T>
  Result<T> as() const {
    return detail::convert<T>(payload());
  }
  /// The payload as JSON.
  Result<Value> value() const { return detail::to_value(payload()); }
  /// The payload as bytes: JSON text unless it was published as bytes or as text.
  Result<Bytes> bytes() const { return detail::to_bytes(payload()); }

 private:
  friend class detail::Dispatch;
  explicit Message(detail::Record* adopted) noexcept : record_(adopted) {}
  detail::PayloadRef payload() const noexcept { return {record_->payload, record_->storage()}; }

  detail::Record* record_;
};

}  // namespace modcomm
