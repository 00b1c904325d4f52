// One subscription from the inside: handler, filters, counts, and its own mailbox if it has one.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <modcomm/detail/handler.hpp>
#include <modcomm/glob.hpp>
#include <modcomm/subscription.hpp>

#include "bus/mailbox.hpp"
#include "bus/redelivery.hpp"
#include "bus/slots.hpp"
#include "core/guarded.hpp"
#include "observe/counter.hpp"

namespace modcomm::detail {

class Channel;

/// What a subscription is made of.
struct SubscriberParts {
  SubscriptionId id = 0;
  const ModuleIdentity* module = nullptr;
  Glob pattern;
  std::unique_ptr<Handler> handler;
  SubscribeOptions options{};
  std::shared_ptr<Channel> channel{};
  bool held = false;  ///< Its mailbox waits for the end of a replay.
};

/// How the run of one handler ended. `cancelled`: its subscription was closed, it did not run.
enum class Ran : std::uint8_t { succeeded, failed, cancelled };

/// invalid_argument / validation.
Result<void> check_filter(const Filter& filter);

class Subscriber final : public HandlerOwner,
                         public MailboxOwner,
                         public std::enable_shared_from_this<Subscriber> {
 public:
  static std::shared_ptr<Subscriber> make(SubscriberParts parts, bool paused);
  explicit Subscriber(SubscriberParts parts);
  ~Subscriber() override;

  SubscriptionId id() const noexcept { return parts_.id; }
  const ModuleIdentity& module() const noexcept { return *parts_.module; }
  const Glob& pattern() const noexcept { return parts_.pattern; }
  Priority priority() const noexcept { return parts_.options.priority; }
  Mailbox* mailbox() const noexcept { return mailbox_.get(); }
  /// Null if it asks for none; then it needs no mailbox either.
  Redelivery* redelivery() const noexcept { return redelivery_.get(); }
  Channel& channel() const noexcept { return *parts_.channel; }
  /// For messages to people: "subscription 7 ('Step*' on channel 'Lab')".
  std::string describe() const;
  bool active() const noexcept { return (gate().load(std::memory_order_acquire) & closed) == 0; }

  /// Whether there is middleware around delivery.
  void set_wrapped(bool is) noexcept { is ? gate().fetch_or(wrapped) : gate().fetch_and(~wrapped); }

  Handler& handler() const noexcept { return *parts_.handler; }
  /// Runs the handler, inside the middleware. What they throw leaves.
  void run(const Message& message);
  /// The same from a link of the chain on; what is thrown becomes an error.
  Result<void> run_from(const ChainLinks<DeliveryMiddleware>& links, std::size_t position,
                        Reception& reception) noexcept;
  /// The long way: asks state, target and filters, then runs the handler or fills the mailbox.
  /// True if the message matched. What the handler throws leaves.
  bool handle_with_care(const Message& message, Record& record);
  /// The handler threw what is being caught now.
  void count_failure(const Message& message) noexcept;

  Result<void> add_filter(Filter filter);
  Result<void> remove_filter(std::string_view name);

  /// Takes it out of its channel. Nobody calls the handler from now on, but it may still run.
  /// False if that had happened before.
  bool detach_from_channel() noexcept;
  /// Closes, and waits for a running handler unless called inside one.
  void close() noexcept;
  /// As `close`, for other reasons than its handle's: tells `on_end`.
  void end(const Error& why) noexcept;
  Result<void> close_and_wait(std::chrono::nanoseconds timeout);

  /// Counts, given how many messages its routes carried.
  DeliveryCounts counts(std::uint64_t routed) const;
  /// Whether it has deliveries that have not ended.
  bool has_waiting() const {
    return mailbox_ &&
           (mailbox_->state().waiting > 0 || (redelivery_ && redelivery_->waiting() > 0));
  }
  SubscriptionInfo info() const;

  /// Runs the handler for a message that its mailbox does not hold, before the mailbox is released.
  void replay(Record& record, Slot& slot);
  void deliver(Batch& batch, Slot& slot) override;
  void slow_changed(bool slow, std::uint64_t dropped) noexcept override;

  // owned by Routing, guarded by its lock
  std::uint64_t folded = 0;  // messages of routes that are no more
  std::int64_t folded_last = 0;

 private:
  enum Gate : unsigned { closed = 1, filtered = 2, mailboxed = 4, wrapped = 8 };

  struct ActiveFilter {
    Filter filter;
    Counter asked;
    Counter passed;
    Counter threw;
    explicit ActiveFilter(Filter f) : filter(std::move(f)) {}
  };
  using Filters = std::vector<std::shared_ptr<ActiveFilter>>;

  bool has_expired(const Record& record) const noexcept;
  Ran run_timed(Record& record, Slot& slot);
  std::atomic<unsigned>& gate() const noexcept { return parts_.handler->gate; }
  bool passes_filters(const Message& message);
  bool is_own_failure(const Message& message) const noexcept;
  void note_error(const Message& message, std::string what, std::uint32_t attempt = 1) noexcept;
  std::shared_ptr<const Filters> filters() const;
  /// Behind those of the same order.
  static void insert(Filters& filters, Filter filter);
  Context& context() const noexcept;

  SubscriberParts parts_;
  WallTime since_{};
  struct Times;

  std::shared_ptr<Mailbox> mailbox_;
  std::unique_ptr<Times> times_;            // beside a mailbox
  std::unique_ptr<Redelivery> redelivery_;  // the same
  Counter replayed_;
  Counter skipped_;    // routed here, but closed, filtered out, or meant for another module
  Counter expired_;    // while an earlier handler had the message
  Counter refused_;    // by the full mailbox, with an error
  Counter succeeded_;  // of the mailbox
  Counter cancelled_;  // taken from the mailbox when it was closed
  Counter failed_;
  Guarded<std::shared_ptr<const Filters>> filters_;
  Guarded<std::deque<DeliveryError>> errors_;
};

}  // namespace modcomm::detail
