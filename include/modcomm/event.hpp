// modcomm/event.hpp -- what happened: told to whoever listens, kept, and found again.
//
//   auto watch = console.on_event("Lab*", [](const Summary& summary, const modcomm::Event& event) {
//     std::cout << event.source() << ": " << event.name() << ", " << summary.passed << " passed\n";
//   }, {.replay = modcomm::Replay::last(10)}).value();
//   lab.emit("LabCompleted", Summary{.passed = 10}, {.correlation_id = "run-7"}).value();
//   modcomm::EventPage page = bus.history({.name = "Lab*", .limit = 20}).value();
//
// With a store (modcomm/store.hpp) an event may survive its process:
//
//   auto receipt = lab.emit("VMCreated", vm, {.persist = true}).value();    // fsynced, with a sequence
//
// Events are no messages: subscriptions of messages do not see them, nor does message middleware. The
// channel of an event is a word by which handlers choose; emitting makes it if it is missing.
//
// Threads.   An Event is immutable; copies may be used from any thread.
// Order.     Events of one priority are delivered in the order in which they were emitted; stored ones once
//            they are stored, in the order of their sequences.
// Lifetime.  A copy is cheap and keeps data and views alive, even beyond the bus.
// Errors.    as(), value() and bytes() answer invalid_argument / does_not_convert with a path.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe.hpp>

#include <modcomm/durability.hpp>
#include <modcomm/message.hpp>
#include <modcomm/subscription.hpp>

namespace modcomm {

namespace detail {
class BorrowedEvent;
class EventAccess;
class Events;
}  // namespace detail

/// Whether the history in memory holds an event.
enum class Keep : std::uint8_t { memory, none };
BOOST_DESCRIBE_ENUM(Keep, memory, none)

/// How one event is emitted. Trivially destructible on purpose: docs/coding.md, "GCC 12".
struct EmitOptions {
  std::string_view channel = "Events";  ///< Letters, digits, '_' and '-'. A missing one is made.
  Priority priority = Priority::normal;
  /// After this no handler gets it; the history shows it all the same. 0: it never expires.
  std::chrono::nanoseconds ttl{0};
  std::span<const Header> headers{};
  std::string_view correlation_id{};
  std::string_view id{};   ///< An id from outside, kept verbatim; empty: a new one is made.
  bool broadcast = false;  ///< Also for handlers that listen to another channel only.
  Keep keep = Keep::memory;
  bool persist = false;  ///< Also to the store, if the bus has one.
  /// What `emit` waits for. Empty: fsynced if it is stored, else memory. More than memory stores the event;
  /// memory with `persist` does not wait for the disk.
  std::optional<Durability> durability{};
  std::chrono::nanoseconds wait_for = std::chrono::seconds(30);  ///< How long, at most.
};

/// What the publisher is told.
struct EventReceipt {
  MessageId id{};
  Durability durability =
      Durability::memory;      ///< Which level was met: at least what was asked for.
  std::uint64_t sequence = 0;  ///< Its number in the store, from 1 on; 0: not stored, or not yet.
};

/// Takes the receipt of an event, or why there is none.
using ReceiptFunction = std::function<void(const Result<EventReceipt>&)>;

/// A cheap copyable handle on an immutable event.
class Event {
 public:
  MessageId id() const noexcept { return message_.id(); }
  /// The id as it was given from outside, else `id().to_string()`.
  std::string id_text() const { return message_.id_text(); }
  std::string_view name() const noexcept { return message_.type(); }
  std::string_view channel() const noexcept;
  /// The module that emitted it.
  std::string_view source() const noexcept { return message_.source(); }
  Priority priority() const noexcept { return message_.priority(); }
  /// When it was emitted.
  WallTime time() const noexcept { return message_.time(); }
  /// Empty if it never expires.
  std::optional<WallTime> expires() const noexcept { return message_.expires(); }
  std::span<const Header> headers() const noexcept { return message_.headers(); }
  /// The value of the first header of that name, or empty. Names are case-sensitive.
  std::string_view header(std::string_view name) const noexcept { return message_.header(name); }
  std::string_view correlation_id() const noexcept { return message_.correlation_id(); }
  bool broadcast() const noexcept;
  /// Its number in the store; 0: it is not stored.
  std::uint64_t sequence() const noexcept;
  /// What its data counts against limits, in bytes.
  std::size_t size() const noexcept { return message_.size(); }

  /// The data if it is a T, without converting; else null.
  template <class T>
  const T* get_if() const noexcept {
    return message_.get_if<T>();
  }
  /// The data as a T, converted if it is something else.
  template <class T>
  Result<T> as() const {
    return message_.as<T>();
  }
  /// The data as JSON.
  Result<Value> value() const { return message_.value(); }
  /// The data as bytes: JSON text unless it was emitted as bytes.
  Result<Bytes> bytes() const { return message_.bytes(); }

 private:
  friend class detail::BorrowedEvent;
  friend class detail::EventAccess;
  explicit Event(Message message) noexcept : message_(std::move(message)) {}

  Message message_;
};

/// True for events that shall be delivered; as FilterFunction otherwise.
using EventFilterFunction = std::function<bool(const Event&)>;

/// A named condition; filters run in rising order, and all must hold.
struct EventFilter {
  std::string name{};
  EventFilterFunction matches{};
  int order = 50;
};

/// Which events of history and store a new handler gets first, oldest first. Then it goes on live, without
/// gap and without repeat.
class Replay {
 public:
  enum class From : std::uint8_t { now, beginning, time, last, sequence };

  static Replay none() noexcept { return {}; }
  static Replay beginning() noexcept { return Replay(From::beginning); }
  /// Those that were emitted then or later.
  static Replay since(WallTime time) noexcept;
  /// The newest ones that match.
  static Replay last(std::size_t count) noexcept;
  /// The stored one with this number, and all behind it.
  static Replay sequence(std::uint64_t first) noexcept;

  From from() const noexcept { return from_; }
  WallTime time() const noexcept { return time_; }
  std::size_t count() const noexcept { return count_; }
  std::uint64_t first_sequence() const noexcept { return first_sequence_; }

 private:
  constexpr Replay() noexcept = default;
  explicit Replay(From from) noexcept : from_(from) {}

  From from_ = From::now;
  WallTime time_{};
  std::size_t count_ = 0;
  std::uint64_t first_sequence_ = 0;
};

/// How a handler is attached.
struct EventHandlerOptions {
  std::string channel{};  ///< Only events of this channel, and broadcast ones; empty: all.
  Priority priority = Priority::normal;  ///< Of the handler among those of one event.
  std::optional<bool> ignore_case{};     ///< For the pattern; empty: as the bus says (no).
  std::vector<EventFilter> filters{};
  Replay replay = Replay::none();
  /// Own mailbox, own strand: a slow handler holds up nobody. A replay needs it and turns it on.
  bool concurrent = false;
  std::size_t capacity = 10'000;                   ///< Of the mailbox, in events.
  std::size_t max_bytes = std::size_t{64} << 20U;  ///< Of the mailbox.
  Overflow overflow = Overflow::drop_oldest;       ///< Of the mailbox.
  std::size_t keep_errors = 8;                     ///< Last errors kept; at most 1 000.
  RedeliveryOptions redelivery{};
  /// Called once if the handler ends other than by its handle.
  std::function<void(const Error&)> on_end{};
};

/// How much of what happened the memory holds; the oldest events go first.
struct HistoryOptions {
  std::size_t max_events = 10'000;                 ///< 0: none.
  std::size_t max_bytes = std::size_t{16} << 20U;  ///< Of data.
  std::chrono::nanoseconds max_age{0};             ///< 0: any.
};

/// Chooses events; every condition that is given must hold.
struct EventQuery {
  bool stored = false;              ///< What the store holds; else what the memory holds.
  std::string name = "*";           ///< A glob.
  std::string channel{};            ///< Exact; empty: any.
  std::string source{};             ///< The module that emitted it; empty: any.
  std::optional<WallTime> since{};  ///< Emitted then or later.
  std::optional<WallTime> until{};  ///< Emitted before.
  std::string correlation_id{};     ///< Exact; empty: any.
  std::size_t limit = 100;          ///< Of one page; at least 1.
  bool oldest_first = false;
  std::string cursor{};  ///< `next` of the page before, of the same query; empty: the first page.
};

/// A part of the history.
struct EventPage {
  std::vector<Event> events{};
  std::string next{};  ///< The cursor of the next page; empty: this is the last one.
};

/// How many events carry a name.
struct NameCount {
  std::string name{};
  std::uint64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(NameCount, (), (name, count))

/// Events and the history at one moment.
struct EventInfo {
  MessageCounts counts{};       ///< Of all events: what became of them, as of a channel's messages.
  DeliveryCounts deliveries{};  ///< Of all event handlers.
  std::size_t kept = 0;         ///< In the history.
  std::size_t kept_bytes = 0;   ///< Of data.
  std::uint64_t forgotten = 0;  ///< Kept once, and gone by the limits.
  std::uint64_t cleared = 0;    ///< Kept once, and cleared.
  std::optional<WallTime> oldest{};
  std::optional<WallTime> newest{};
  std::vector<NameCount> names{};  ///< Of the kept ones, most frequent first.
};
BOOST_DESCRIBE_STRUCT(EventInfo, (),
                      (counts, deliveries, kept, kept_bytes, forgotten, cleared, oldest, newest,
                       names))

}  // namespace modcomm
