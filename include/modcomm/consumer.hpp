// modcomm/consumer.hpp -- a named place in the stored events: each is handled at least once, restarts or not.
//
//   bus.consumers().create("billing", {.pattern = "VM*", .max_deliveries = 3}).value();
//   modcomm::Membership worker = lab.consume("billing",
//       [](const Machine& machine, const modcomm::Event& event) { return bill(machine, event.id()); }).value();
//
// A handler that returns acknowledges its event; one that throws or answers an error gets it again later.
// With Ack::manual it says so itself, at once or later, from any thread:
//
//   lab.consume("billing", [&](const modcomm::Event& event, modcomm::EventDelivery delivery) {
//     queue.push({event, delivery});                             // elsewhere: delivery.ack()
//   }, {.ack = modcomm::Ack::manual}).value();
//
// Threads.   Any. One member's handler runs once at a time; several members of one consumer share its
//            events, each of which goes to one of them.
// Order.     First deliveries are in the order of the sequences; what is delivered again leaves it.
// Promise.   At least once. What is acknowledged is written a moment later (100 ms, or when the bus stops): if
//            the process dies before, the event comes again.
// Lifetime.  A consumer lives in the folder of the store until it is removed. A Membership that is dropped waits
//            for its running handler, except inside handlers, and gives back what it did not acknowledge; that
//            is no attempt. So does the end of the bus, which never makes dead letters.
// Errors.    failed_precondition / durability_unavailable where the bus has no store, closed;
//            not_found / no_consumer; already_exists / other_options; invalid_argument / bad_name,
//            bad_pattern, validation; of the disk as modcomm/store.hpp says.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe.hpp>

#include <modcomm/event.hpp>
#include <modcomm/result.hpp>

namespace modcomm {

namespace detail {
class ConsumerMember;
class ConsumerRegistry;
class DeliveryCore;
}  // namespace detail

/// What a consumer is; kept with it.
struct ConsumerOptions {
  std::string pattern = "*";  ///< A glob over the names of events.
  std::string channel{};      ///< Only events of this channel, and broadcast ones; empty: all.
  bool ignore_case = false;   ///< For the pattern.
  /// What is neither acknowledged nor extended for so long is delivered again.
  std::chrono::nanoseconds ack_wait = std::chrono::seconds(30);
  /// The wait after the first, second, … attempt that failed; the last one repeats. Empty: none.
  std::vector<std::chrono::nanoseconds> backoff{std::chrono::seconds(1), std::chrono::seconds(10),
                                                std::chrono::minutes(1), std::chrono::minutes(5)};
  std::uint32_t max_deliveries = 5;  ///< After so many attempts it is a dead letter; 0: no limit.
  bool dead_letter = true;           ///< False: after the last attempt it is given up, and counted.
  /// Delivered and neither acknowledged nor given up, at most; 1 to 100,000.
  std::size_t max_outstanding = 1'000;
  /// Where a new consumer begins. Not kept, and not looked at when there is one of that name.
  Replay start = Replay::beginning();
};
BOOST_DESCRIBE_STRUCT(ConsumerOptions, (),
                      (pattern, channel, ignore_case, ack_wait, backoff, max_deliveries,
                       dead_letter, max_outstanding))

/// Who says that an event was handled.
enum class Ack : std::uint8_t {
  automatic,  ///< The handler, by returning.
  manual,     ///< Whoever has the EventDelivery. A handler that throws or answers an error says no.
};
BOOST_DESCRIBE_ENUM(Ack, automatic, manual)

/// How a member takes part.
struct ConsumeOptions {
  Ack ack = Ack::automatic;
  /// What they do not let pass is passed over by the whole consumer: give each member the same. A filter that
  /// throws is an attempt that failed.
  std::vector<EventFilter> filters{};
  /// Called once if it ends other than by its handle: consumer removed, bus stopped.
  std::function<void(const Error&)> on_end{};
};

/// One event in the hands of one member: a cheap copyable handle, which may outlive handler and bus.
/// aborted / superseded once the event was delivered again or given up; aborted / conflict for a second
/// answer; failed_precondition / closed after the end.
class EventDelivery {
 public:
  explicit EventDelivery(std::shared_ptr<detail::DeliveryCore> core) noexcept
      : core_(std::move(core)) {}

  /// 1 for the first delivery.
  std::uint32_t attempt() const noexcept;
  /// Whether it was answered: acknowledged, refused or terminated.
  bool settled() const noexcept;

  /// Handled: it never comes again.
  Result<void> ack() const;
  /// Not handled: it comes again after `delay`, by default what the backoff says, or is a dead letter.
  Result<void> nak(std::optional<std::chrono::nanoseconds> delay = {},
                   std::string_view error = "refused") const;
  /// Needs more time: from now on `time`, by default the consumer's ack_wait.
  Result<void> extend(std::optional<std::chrono::nanoseconds> time = {}) const;
  /// Will never be handled: a dead letter at once.
  Result<void> terminate(std::string_view reason) const;

 private:
  std::shared_ptr<detail::DeliveryCore> core_;
};

/// Takes part in a consumer for as long as it lives.
class [[nodiscard]] Membership {
 public:
  Membership() noexcept = default;
  explicit Membership(std::shared_ptr<detail::ConsumerMember> member) noexcept;
  Membership(const Membership&) = delete;
  Membership& operator=(const Membership&) = delete;
  Membership(Membership&&) noexcept = default;
  Membership& operator=(Membership&& other) noexcept;
  ~Membership();

  /// False once closed, or when consumer or bus are gone.
  bool active() const noexcept;
  /// What the destructor does.
  void close() noexcept;
  /// Closes and waits; deadline_exceeded / timeout if the handler still runs after `timeout`,
  /// failed_precondition / would_block_itself when called from that handler.
  [[nodiscard]] Result<void> close_and_wait(std::chrono::nanoseconds timeout);
  /// Gives it to the bus: it lives until the bus ends or the consumer is removed.
  void detach() && noexcept;

 private:
  std::shared_ptr<detail::ConsumerMember> member_;
};

/// A consumer at one moment. What is counted is counted since the bus began.
struct ConsumerInfo {
  std::string name{};
  ConsumerOptions options{};
  WallTime created{};
  std::uint64_t position = 0;      ///< All events up to this one are done with.
  std::uint64_t lag = 0;           ///< Stored events behind it, whatever their names.
  std::uint64_t outstanding = 0;   ///< Delivered, and not yet answered.
  std::uint64_t redelivering = 0;  ///< Waiting to be delivered again.
  std::uint64_t delivered = 0;     ///< Attempts.
  std::uint64_t acknowledged = 0;
  std::uint64_t failed = 0;     ///< Attempts that were refused or failed.
  std::uint64_t timed_out = 0;  ///< Attempts that nobody answered in time.
  std::uint64_t dead_lettered = 0;
  std::uint64_t given_up = 0;  ///< Instead, where no dead letter is wanted.
  std::uint64_t passed = 0;    ///< Filtered out.
  std::uint64_t expired = 0;
  std::uint64_t missed = 0;  ///< Gone from the store before they were handled, or damaged.
  std::vector<std::string> members{};  ///< The modules, one entry a member.
  std::string last_error{};
};
BOOST_DESCRIBE_STRUCT(ConsumerInfo, (),
                      (name, options, created, position, lag, outstanding, redelivering, delivered,
                       acknowledged, failed, timed_out, dead_lettered, given_up, passed, expired,
                       missed, members, last_error))

/// What creating a consumer answers.
struct CreatedConsumer {
  ConsumerInfo consumer{};
  bool created = false;  ///< False: it existed, with the same options.
};
BOOST_DESCRIBE_STRUCT(CreatedConsumer, (), (consumer, created))

/// The durable consumers of one bus.
class Consumers {
 public:
  explicit Consumers(std::shared_ptr<detail::ConsumerRegistry> registry) noexcept;

  [[nodiscard]] Result<CreatedConsumer> create(std::string_view name,
                                               const ConsumerOptions& options = {}) const;
  /// Other options for one that exists; its position stays.
  [[nodiscard]] Result<ConsumerInfo> update(std::string_view name,
                                            const ConsumerOptions& options) const;
  [[nodiscard]] Result<ConsumerInfo> describe(std::string_view name) const;
  /// In the order of their names; none without a store.
  std::vector<ConsumerInfo> list() const;
  /// Goes on from there, and forgets what was outstanding.
  [[nodiscard]] Result<void> seek(std::string_view name, const Replay& to) const;
  /// Ends its members; its position is lost, its dead letters stay.
  [[nodiscard]] Result<void> remove(std::string_view name) const;
  /// Waits until it has done with all that is stored now. deadline_exceeded / timeout.
  [[nodiscard]] Result<void> wait_until_done(std::string_view name,
                                             std::chrono::nanoseconds timeout) const;

 private:
  std::shared_ptr<detail::ConsumerRegistry> registry_;
};

}  // namespace modcomm
