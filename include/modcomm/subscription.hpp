// modcomm/subscription.hpp -- one handler on one channel.
//
//   modcomm::Subscription slow = lab.subscribe("Steps", "Step*", on_step,
//                                              {.concurrent = true, .capacity = 100}).value();
//   slow.add_filter("real runs", [](const modcomm::Message& m) { return m.header("dry") != "1"; });
//   slow.close();                    // its handler is not running any more, and never will again
//
// Threads.   Every member may be called from any thread, handlers included.
// Order.     Handlers of one message run from the highest handler priority to the lowest, equals in
//            the order of subscribing. A queued channel never runs one handler twice at once.
//            A concurrent subscription has its own mailbox and leaves the order.
// Lifetime.  Dropping the handle removes the handler and waits for a running one; inside any
//            handler of the same bus it never waits: a run elsewhere may still finish. Hold no lock
//            that the handler takes. A handle may outlive its bus.
// Errors.    not_found / no_filter, already_exists / name_taken, deadline_exceeded / timeout,
//            failed_precondition / closed.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe.hpp>

#include <modcomm/channel.hpp>
#include <modcomm/message.hpp>
#include <modcomm/result.hpp>

namespace modcomm {

namespace detail {
class Subscriber;
}

/// Names a subscription for as long as its bus lives. 0 names none.
using SubscriptionId = std::uint64_t;

/// True for messages that shall be delivered. One that throws does not match and counts as an error
/// of its subscription. It runs on the thread that delivers, before the handler.
using FilterFunction = std::function<bool(const Message&)>;

/// A named condition; filters run in rising order, and all must hold.
struct Filter {
  std::string name{};
  FilterFunction matches{};
  int order = 50;
};

/// When a handler that failed gets the message again. What waits for that holds up nobody, and leaves the
/// order; it counts as waiting, is looked at for expiry before each attempt, and is cancelled with its
/// subscription or bus.
struct RedeliveryOptions {
  std::uint32_t attempts = 1;  ///< With the first one; 1: it never comes again. At most 1,000.
  /// The wait after the first, second, … attempt that failed; the last one repeats. Empty: none.
  std::vector<std::chrono::nanoseconds> backoff{std::chrono::seconds(1), std::chrono::seconds(10),
                                                std::chrono::minutes(1), std::chrono::minutes(5)};
  /// What failed for the last time is kept: modcomm/dead_letter.hpp.
  bool dead_letter = false;
};

/// How a handler is attached.
struct SubscribeOptions {
  Priority priority = Priority::normal;  ///< Of the handler among those of one message.
  std::optional<bool> ignore_case{};     ///< For the pattern; empty: as the bus says (no).
  std::vector<Filter> filters{};
  /// Own mailbox, own strand: a slow handler holds up nobody.
  bool concurrent = false;
  std::size_t capacity = 10'000;                   ///< Of the mailbox, in messages.
  std::size_t max_bytes = std::size_t{64} << 20U;  ///< Of the mailbox.
  Overflow overflow = Overflow::drop_oldest;       ///< Of the mailbox.
  std::chrono::nanoseconds block_for =
      std::chrono::seconds(30);  ///< For Overflow::block: holds up the channel.
  std::size_t keep_errors = 8;   ///< Last errors kept; at most 1 000.
  RedeliveryOptions redelivery{};
  /// Called once if the subscription ends other than by its handle: channel removed, cancelled.
  std::function<void(const Error&)> on_end{};
};

/// A filter and how often it let a message pass.
struct FilterInfo {
  std::string name{};
  int order = 50;
  std::uint64_t asked = 0;
  std::uint64_t passed = 0;
  std::uint64_t threw = 0;  ///< Which is no match, and among the last errors of the subscription.
};
BOOST_DESCRIBE_STRUCT(FilterInfo, (), (name, order, asked, passed, threw))

/// A failure of a handler or filter.
struct DeliveryError {
  WallTime time{};
  std::string message_id{};
  std::string type{};
  std::string error{};
  std::uint32_t attempt = 1;
};
BOOST_DESCRIBE_STRUCT(DeliveryError, (), (time, message_id, type, error, attempt))

/// A subscription at one moment.
struct SubscriptionInfo {
  SubscriptionId id = 0;
  std::string module{};
  std::string channel{};
  std::string pattern{};
  Priority priority = Priority::normal;
  bool concurrent = false;
  WallTime since{};
  std::vector<FilterInfo> filters{};
  DeliveryCounts counts{};
  std::optional<WallTime> last_message{};    ///< Of the newest message that its pattern matched.
  std::vector<DeliveryError> last_errors{};  ///< Oldest first.
  bool slow = false;           ///< Its mailbox is over 80 %, or was and is not yet under 50 %.
  TimeSummary queue_time{};    ///< From acceptance to its handler; concurrent ones only.
  TimeSummary handler_time{};  ///< As ChannelInfo's, for concurrent ones only.
};
BOOST_DESCRIBE_STRUCT(SubscriptionInfo, (),
                      (id, module, channel, pattern, priority, concurrent, since, filters, counts,
                       last_message, last_errors, slow, queue_time, handler_time))

/// Chooses subscriptions; every condition that is given must hold.
struct SubscriptionQuery {
  std::optional<SubscriptionId> id{};
  std::string channel{};  ///< Exact name; empty: any.
  std::string module{};   ///< Exact name; empty: any.
  std::string pattern{};  ///< The pattern it subscribed with; empty: any.
};

/// Keeps one handler attached for as long as it lives.
class [[nodiscard]] Subscription {
 public:
  Subscription() noexcept = default;
  explicit Subscription(std::shared_ptr<detail::Subscriber> subscriber) noexcept;
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;
  Subscription(Subscription&&) noexcept = default;
  Subscription& operator=(Subscription&& other) noexcept;
  ~Subscription();

  /// 0 when empty or moved from.
  SubscriptionId id() const noexcept;
  /// False once closed, cancelled, or when its channel or bus is gone.
  bool active() const noexcept;
  SubscriptionInfo info() const;

  /// Adds a filter. already_exists / name_taken if the name is in use.
  [[nodiscard]] Result<void> add_filter(std::string name, FilterFunction matches, int order = 50);
  /// not_found / no_filter if there is none of that name.
  [[nodiscard]] Result<void> remove_filter(std::string_view name);

  /// What the destructor does.
  void close() noexcept;
  /// Closes and waits, inside a handler too; deadline_exceeded / timeout if the handler still runs
  /// after `timeout`, failed_precondition / would_block_itself when called from that handler.
  [[nodiscard]] Result<void> close_and_wait(std::chrono::nanoseconds timeout);
  /// Gives the subscription to the bus: it lives until the bus ends or it is cancelled.
  void detach() && noexcept;

 private:
  std::shared_ptr<detail::Subscriber> subscriber_;
};

}  // namespace modcomm
