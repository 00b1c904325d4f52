// modcomm/bus.hpp -- the engine inside one process.
//
//   modcomm::Bus bus;                     // no server, no file; threads come with work
//   auto lab = bus.module("LabRunner");
//   bus.create_channel("Configuration").value();
//   auto heard = lab.subscribe("Configuration", "Config*",
//                              [](const ConfigChanged& change) { ... }).value();
//   bus.module("Setup").publish("Configuration", "ConfigChanged", ConfigChanged{...}).value();
//   bus.flush(1s).value();                // delivered
//
// Threads.   Every member may be called from any thread, handlers included.
// Order.     See modcomm/channel.hpp and modcomm/subscription.hpp.
// Lifetime.  The destructor refuses new work, delivers what was accepted, and joins its threads;
//            after `shutdown_timeout` it abandons a hung handler, with all that it needs kept
//            alive, and says so. Handles may outlive the bus and then answer
//            failed_precondition / closed.
//            Destroying a bus inside its own handler terminates the program with a message.
// Errors.    As values. What waits answers deadline_exceeded / timeout and names what hangs; called
//            in a handler of this bus it answers failed_precondition / would_block_itself.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe.hpp>

#include <modcomm/channel.hpp>
#include <modcomm/clock.hpp>
#include <modcomm/consumer.hpp>
#include <modcomm/dead_letter.hpp>
#include <modcomm/event.hpp>
#include <modcomm/executor.hpp>
#include <modcomm/histogram.hpp>
#include <modcomm/message_middleware.hpp>
#include <modcomm/middleware.hpp>
#include <modcomm/module.hpp>
#include <modcomm/notice.hpp>
#include <modcomm/result.hpp>
#include <modcomm/store.hpp>
#include <modcomm/subscription.hpp>

namespace modcomm {

namespace detail {
class BusInside;
class BusOnFiles;
}  // namespace detail

/// Sets of options under one name.
enum class Preset : std::uint8_t {
  standard,
  /// As ModuleCommunication v2: publishing creates channels, patterns ignore case, and operations
  /// that say nothing of their own get v2_retry() and v2_breaker().
  v2,
};
BOOST_DESCRIBE_ENUM(Preset, standard, v2)

/// What the destructor does about a handler that does not return.
enum class OnHang : std::uint8_t { abandon, abort };
BOOST_DESCRIBE_ENUM(OnHang, abandon, abort)

/// How a bus is made.
struct BusOptions {
  Preset preset = Preset::standard;
  bool auto_create = false;      ///< Publishing to a missing channel creates it. Preset v2: true.
  bool ignore_case = false;      ///< Of subscription patterns that do not say. Preset v2: true.
  std::size_t max_messages = 0;  ///< In all queues together; 0: any number.
  std::size_t max_bytes = std::size_t{64} << 20U;   ///< Payloads in all queues together.
  std::size_t max_payload = std::size_t{1} << 20U;  ///< One payload, in bytes.
  Timing timing = Timing::sampled;                  ///< How many handler runs are timed.
  unsigned workers = 0;                             ///< Threads; 0: one a core, 2 to 8.
  /// How long an idle worker looks for work before it sleeps; who waits for a call that such a
  /// worker takes up looks as long, but for 20 µs at most.
  std::chrono::nanoseconds spin = std::chrono::microseconds(20);
  std::chrono::nanoseconds shutdown_timeout = std::chrono::seconds(5);
  OnHang on_hang = OnHang::abandon;
  HistoryOptions history{};  ///< How many events the memory holds.
  NoticeSink on_notice{};
  std::shared_ptr<Clock> clock{};  ///< Empty: the machine's.
  /// Empty: own threads. Given: `workers` and `spin` are ignored.
  std::shared_ptr<Executor> executor{};
  StoreOptions store{};              ///< Where events survive the bus.
  DeadLetterOptions dead_letters{};  ///< How many letters are kept.
};

/// What creating a channel answers.
struct CreatedChannel {
  ChannelInfo channel{};
  bool created = false;  ///< False: it existed, with the same options.
};
BOOST_DESCRIBE_STRUCT(CreatedChannel, (), (channel, created))

/// All of a bus at one moment.
struct BusInfo {
  bool running = true;          ///< The processor delivers.
  MessageCounts messages{};     ///< Of all channels there ever were.
  DeliveryCounts deliveries{};  ///< Of all subscriptions there ever were.
  std::vector<std::string> modules{};
  std::vector<ChannelInfo> channels{};
};
BOOST_DESCRIBE_STRUCT(BusInfo, (), (running, messages, deliveries, modules, channels))

class Bus {
 public:
  /// Throws Exception where its store cannot be opened: modcomm/store.hpp.
  explicit Bus(BusOptions options = {});
  Bus(const Bus&) = delete;
  Bus& operator=(const Bus&) = delete;
  ~Bus();

  /// A handle that acts as that module; the module joins when it is named for the first time.
  /// Throws Exception (invalid_argument / bad_name) on an illegal name.
  Module module(std::string_view name);

  // Channels. not_found / no_channel where a named one is missing.

  /// invalid_argument / bad_name or validation; already_exists / other_options.
  [[nodiscard]] Result<CreatedChannel> create_channel(std::string_view name,
                                                      ChannelOptions options = {});
  /// Says how many waiting messages were cleared (those that a worker had just taken up are cleared a
  /// moment later, and counted by info()). failed_precondition / in_use if it has subscriptions or
  /// messages, unless forced: then its subscriptions end with cancelled / shutdown.
  [[nodiscard]] Result<std::uint64_t> remove_channel(std::string_view name, bool force = false);
  [[nodiscard]] Result<ChannelInfo> channel(std::string_view name) const;
  std::vector<ChannelInfo> channels() const;
  /// Sends a probe through the real path, which no user's handler sees.
  ChannelTest test_channel(std::string_view name,
                           std::chrono::nanoseconds timeout = std::chrono::seconds(5));
  /// Empties the queues of a channel and of its concurrent subscriptions, or of all channels that a
  /// glob names; says how many messages went. A message already with a handler stays.
  [[nodiscard]] Result<std::uint64_t> clear(std::string_view channels,
                                            const ClearOptions& options = {});

  // Subscriptions of all modules.

  std::vector<SubscriptionInfo> subscriptions(const SubscriptionQuery& query = {}) const;
  /// Ends them with cancelled / by_caller; says how many.
  std::size_t cancel_subscriptions(const SubscriptionQuery& query);

  // Operations of all modules.

  /// In the order of their names; none where the query's pattern is no glob.
  std::vector<OperationInfo> operations(const OperationQuery& query = {}) const;
  /// All of one, by "Module.Operation". not_found / no_operation.
  [[nodiscard]] Result<OperationInfo> operation(std::string_view name) const;

  /// Breakers by operation. not_found / no_operation.
  [[nodiscard]] Result<BreakerInfo> breaker(std::string_view operation) const;
  /// All that a glob over "Module.Operation" names, in the order of their names.
  std::vector<BreakerInfo> breakers(std::string_view operations = "*") const;
  /// Closes it unless it is forced; says how many were reset. Globs over "Module.Operation".
  std::size_t reset_breakers(std::string_view operations = "*");
  /// Open or closed, until it is released.
  [[nodiscard]] Result<void> force_breaker(std::string_view operation, bool open);
  [[nodiscard]] Result<void> release_breaker(std::string_view operation);

  /// Calls under way: those begun with start, call_then or send, and synchronous ones that a worker
  /// has had for 100 ms. (An inline handler is on its caller's thread, and only counted as running.)
  std::vector<CallInfo> calls() const;
  /// Ends it with cancelled / by_caller. not_found / no_call.
  [[nodiscard]] Result<void> cancel_call(RequestId call);
  /// Tells how far it is, from now on until it ends, on the handler's thread. not_found / no_call.
  [[nodiscard]] Result<void> watch_call(RequestId call, ProgressFunction on_progress);
  /// Waits for its end. Of a detached call the outcome is kept for 5 minutes, and given once.
  /// not_found / no_call; deadline_exceeded / timeout.
  [[nodiscard]] Result<CallOutcome> await_call(RequestId call, std::chrono::nanoseconds timeout);

  // Events of all modules.

  /// A page of what happened, the newest first unless asked otherwise. invalid_argument / bad_pattern,
  /// validation; of the store also failed_precondition / durability_unavailable where there is none,
  /// data_loss / damaged_store, internal / input_output.
  [[nodiscard]] Result<EventPage> history(const EventQuery& query = {}) const;
  /// Forgets what the query chooses (its limit, order and cursor do not count); says how many events went. With
  /// `stored` only stored events, which the memory forgets, too.
  [[nodiscard]] Result<std::uint64_t> clear_history(const EventQuery& query = {});
  EventInfo events() const;
  StoreInfo store() const;
  /// How often each name is in the store, the most frequent ones first.
  [[nodiscard]] Result<std::vector<NameCount>> stored_names(std::size_t limit = 100) const;

  /// The durable consumers: modcomm/consumer.hpp.
  Consumers consumers() const;
  /// What could not be handled: modcomm/dead_letter.hpp.
  DeadLetters dead_letters() const;

  // Middleware, around everything or around one operation or channel.

  MiddlewareList<CallMiddleware> call_middleware(std::string_view operation = {}) const;
  MiddlewareList<PublishMiddleware> publish_middleware(std::string_view channel = {}) const;
  MiddlewareList<DeliveryMiddleware> delivery_middleware(std::string_view channel = {}) const;

  // The processor: while it is stopped, messages queue. Inline channels do not need it.

  /// False if it ran already.
  bool start_processor();
  /// Delivers what was accepted, at most for `timeout`, then stops; `force` leaves it queued.
  /// In a handler it only requests. Handlers that run when time is up go on.
  StopReport stop_processor(std::chrono::nanoseconds timeout = std::chrono::seconds(30),
                            bool force = false);
  StopReport restart_processor(std::chrono::nanoseconds timeout = std::chrono::seconds(30));
  bool processor_running() const;

  /// Waits until everything accepted before this call was delivered. failed_precondition / stopped.
  [[nodiscard]] Result<void> flush(std::chrono::nanoseconds timeout);

  // Three stops, each harmless when repeated.

  /// Refuses new work from outside; handlers may go on publishing.
  void close();
  /// Refuses, and waits until nothing waits and no call is under way. In a handler it only requests.
  [[nodiscard]] Result<void> drain(std::chrono::nanoseconds timeout);
  /// Ends calls under way with cancelled / shutdown, drains, ends every subscription, and waits for
  /// what still runs; joins the bus's own threads. In a handler it only requests.
  [[nodiscard]] Result<void> stop(std::chrono::nanoseconds timeout);

  BusInfo info() const;

 private:
  friend class detail::BusInside;
  friend class detail::BusOnFiles;
  explicit Bus(std::shared_ptr<detail::Engine> engine);

  std::shared_ptr<detail::Engine> engine_;
};

}  // namespace modcomm
