// What all channels of one bus share.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include <modcomm/clock.hpp>
#include <modcomm/dead_letter.hpp>
#include <modcomm/executor.hpp>
#include <modcomm/histogram.hpp>
#include <modcomm/message_middleware.hpp>
#include <modcomm/notice.hpp>

#include "bus/bus_budget.hpp"
#include "bus/record_pool.hpp"
#include "bus/slots.hpp"
#include "core/guarded.hpp"
#include "core/middleware_chain.hpp"
#include "core/os_barrier.hpp"

namespace modcomm {
class CallContext;
}

namespace modcomm::detail {

class Mailbox;

struct ModuleIdentity {
  std::string name;
};

/// How a bus is made, as far as its channels care.
struct ContextOptions {
  std::size_t max_messages = 0;  ///< 0: any number.
  std::size_t max_bytes = std::size_t{64} << 20U;
  std::size_t max_payload = std::size_t{1} << 20U;
  bool ignore_case = false;
  Timing timing = Timing::sampled;
  std::chrono::nanoseconds linger{5'000};  ///< How long a strand without work looks for more.
  NoticeSink on_notice{};
  /// Keeps a dead letter, now; empty: nobody does.
  std::function<Result<void>(DeadLetter)> keep_letter{};
};

struct Context {
  Context(std::shared_ptr<Clock> the_clock, std::shared_ptr<Executor> the_executor,
          ContextOptions the_options)
      : clock(std::move(the_clock)),
        executor(std::move(the_executor)),
        options(std::move(the_options)),
        budget({.messages = options.max_messages, .bytes = options.max_bytes}) {}

  /// Tells the sink; swallows what it throws. Call it without a lock.
  void tell(std::string_view name, std::string subject, std::string detail) const noexcept;

  /// Who goes by that name; nobody joins.
  const ModuleIdentity& source(std::string_view name);

  /// Has every mailbox give back what it leased and does not need.
  void reclaim();

  /// Shows whose handler runs next in a slot, before its state is asked: whoever closes it either
  /// sees it shown, or is seen to have closed it. Null: nobody's.
  void show(Slot& slot, const HandlerOwner* owner) noexcept {
    slot.running.store(owner, std::memory_order_release);
    light_barrier();
    if (idle_waiters.load(std::memory_order_relaxed) != 0) [[unlikely]]
      wake_waiters();
  }
  /// How many slots show this one.
  std::size_t running(const HandlerOwner& owner) const noexcept;
  bool is_running(const HandlerOwner& owner) const noexcept { return running(owner) > 0; }
  /// Waits until none shows it; false at the deadline.
  bool wait_until_idle(const HandlerOwner& owner, SteadyTime deadline);

  /// Around all channels.
  MiddlewareChain<PublishMiddleware>& chain(const PublishMiddleware*) noexcept {
    return publishing;
  }
  MiddlewareChain<DeliveryMiddleware>& chain(const DeliveryMiddleware*) noexcept {
    return delivering;
  }

  const std::shared_ptr<Clock> clock;
  const std::shared_ptr<Executor> executor;
  const ContextOptions options;
  BusBudget budget;
  RecordPool pool;
  Slots slots;
  std::atomic<unsigned> idle_waiters = 0;
  MiddlewareChain<PublishMiddleware> publishing;
  MiddlewareChain<DeliveryMiddleware> delivering;
  Guarded<std::set<Mailbox*>> mailboxes;  // all there are
  /// Who speaks when the bus itself does.
  const ModuleIdentity itself{"modcomm"};
  /// By name. Kept here, since messages name their source for as long as they live.
  using Modules = std::map<std::string, std::unique_ptr<ModuleIdentity>, std::less<>>;
  Guarded<Modules> modules;
  /// Those that never joined, and of whom a stored event speaks.
  Guarded<Modules> strangers;

 private:
  void wake_waiters() noexcept;

  std::mutex idle_mutex_;
  std::condition_variable idle_;
};

/// Marks that this thread runs handlers of a bus, so that code called by a handler knows it.
class Frame {
 public:
  enum class Kind : bool { handler, callback };

  /// `mailbox` is null on an inline channel, and of a callback.
  Frame(const Context& context, const Mailbox* mailbox, const Slot& slot,
        Kind kind = Kind::handler) noexcept
      : context_(context), mailbox_(mailbox), slot_(&slot), kind_(kind), outer_(top) {
    top = this;
  }
  /// Of an operation's handler.
  Frame(const Context& context, const Slot& slot, const CallContext& call) noexcept
      : context_(context), slot_(&slot), call_(&call), outer_(top) {
    top = this;
  }
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;
  ~Frame() { top = outer_; }

  /// Whether this thread is inside any handler of that bus, or a callback of one of its calls.
  static bool inside(const Context& context) noexcept;
  /// Whether it is inside a handler, which a bus that ends lets finish its work.
  static bool inside_handler(const Context& context) noexcept;
  /// Whether this thread stands on that mailbox's strand.
  static bool on_strand_of(const Mailbox& mailbox) noexcept;
  /// Whether this thread is inside that one's handler.
  static bool runs(const HandlerOwner& owner) noexcept;
  /// The call on whose behalf this thread runs, of those of that bus the last one, or null: callbacks
  /// and what a strand delivers belong to none.
  static const CallContext* innermost_call(const Context& context) noexcept;

 private:
  const Context& context_;
  const Mailbox* mailbox_ = nullptr;
  const Slot* slot_;
  const CallContext* call_ = nullptr;
  Kind kind_ = Kind::handler;
  const Frame* outer_;

  static constinit thread_local const Frame* top;
};

/// A handler of that owner runs on this thread, as long as this lives.
class HandlerRun {
 public:
  /// A callback.
  HandlerRun(Context& context, const HandlerOwner& owner)
      : context_(context),
        slot_(context.slots),
        frame_(context, nullptr, *slot_, Frame::Kind::callback) {
    context_.show(*slot_, &owner);
  }
  /// The handler of an operation, for that call.
  HandlerRun(Context& context, const HandlerOwner& owner, const CallContext& call)
      : context_(context), slot_(context.slots), frame_(context, *slot_, call) {
    context_.show(*slot_, &owner);
  }
  HandlerRun(const HandlerRun&) = delete;
  HandlerRun& operator=(const HandlerRun&) = delete;
  ~HandlerRun() { context_.show(*slot_, nullptr); }

 private:
  Context& context_;
  const SlotLease slot_;
  const Frame frame_;
};

}  // namespace modcomm::detail
