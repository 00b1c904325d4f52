// One registered operation: its handler, its policies, and what is counted.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include <modcomm/call.hpp>
#include <modcomm/detail/operation_handler.hpp>
#include <modcomm/operation.hpp>

#include "api/breaker.hpp"
#include "api/bulkhead.hpp"
#include "api/rate_limit.hpp"
#include "api/retry_budget.hpp"
#include "bus/context.hpp"
#include "core/guarded.hpp"
#include "core/middleware_chain.hpp"
#include "observe/counter.hpp"
#include "observe/histogram.hpp"

namespace modcomm::detail {

class Api;

enum class PlaceState : std::uint8_t { waits, granted, expired, left };

/// Who waits for a place in a bulkhead. Whoever takes it out of the line says why.
struct PlaceWaiter {
  explicit PlaceWaiter(const BeginGate* its_attempt) noexcept : attempt(its_attempt) {}

  const BeginGate* const attempt;  // null: nobody else ends it at its deadline
  std::atomic<Ticket> ticket = 0;  // 0: it has not joined the line yet
  Parking parking{};
  std::atomic<PlaceState> state = PlaceState::waits;

  void end(PlaceState how) noexcept {
    state.store(how);
    state.notify_all();
    parking.call();
  }
};

struct OperationParts {
  std::string name{};  // "Module.Operation"
  const ModuleIdentity* module = nullptr;
  std::unique_ptr<OperationHandler> handler{};
  OperationOptions options{};
  Value parameters{};  // their schema
  Value result{};
};

class Operation final : public HandlerOwner, public std::enable_shared_from_this<Operation> {
 public:
  Operation(std::shared_ptr<Api> api, OperationParts parts, std::uint64_t seed);
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;
  ~Operation() = default;

  Api& api() const noexcept { return *api_; }
  const std::string& name() const noexcept { return parts_.name; }
  const ModuleIdentity& module() const noexcept { return *parts_.module; }
  const OperationOptions& options() const noexcept { return parts_.options; }
  OperationHandler& handler() const noexcept { return *parts_.handler; }
  Breaker& breaker() noexcept { return breaker_; }
  /// Whether calls ask it: if it is on, or forced.
  bool has_breaker() const noexcept {
    return parts_.options.breaker.enabled || forces_breaker_.load(std::memory_order_relaxed);
  }
  Transitions force_breaker(bool open, SteadyTime now);
  Transitions release_breaker(SteadyTime now);
  RetryBudget& budget() noexcept { return budget_; }
  MiddlewareChain<CallMiddleware>& own_middleware() noexcept { return own_; }

  /// One attempt: middleware, limits, handler. Never throws. unavailable / no_responders once it is
  /// retired.
  Result<void> serve(CallContext& call, bool with_middleware) noexcept;
  /// The same from a link of the chain on.
  Result<void> serve_from(const ChainLinks<CallMiddleware>& links, std::size_t position,
                          CallContext& call);
  /// At an attempt's deadline, by whoever ends it: whether it waits for a place, or did until now. It
  /// leaves the line and is counted there.
  bool expire_place(const BeginGate& attempt);
  static bool began(const CallContext& call) noexcept { return call.began_; }

  void count_attempt(std::chrono::nanoseconds took) noexcept;
  bool times_next() noexcept;
  void count_end(bool ok, std::uint32_t attempts, bool refused) noexcept;
  void count_late() noexcept { late_.add(); }

  /// Takes it out of its registry. No call begins any more, those under way end. False if that had
  /// happened before.
  bool retire(bool replaced) noexcept;
  bool retired() const noexcept { return retired_.load(std::memory_order_acquire); }
  bool is_running() const noexcept;
  /// Waits until no handler of it runs; false at the deadline.
  bool wait_until_idle(SteadyTime deadline);
  void close() noexcept;
  Result<void> close_and_wait(std::chrono::nanoseconds timeout);
  OperationInfo info(bool schemas) const;
  BreakerInfo breaker_info() const;
  /// The median of its attempts; 0 where it is not known.
  std::chrono::nanoseconds usual_duration() const noexcept;

 private:
  class PlaceLease;
  class ShownWaiter;
  using Waiters = std::vector<std::shared_ptr<PlaceWaiter>>;

  Result<void> serve_shown(CallContext& call, bool with_middleware);
  Result<void> run_middleware(const ChainLinks<CallMiddleware>& links, std::size_t position,
                              CallContext& call);
  Result<void> handle(CallContext& call);
  Result<void> run_handler(CallContext& call);
  Result<void> enter_bulkhead(CallContext& call);
  Result<void> wait_for_place(CallContext& call, PlaceWaiter& waiter);
  void leave_line(PlaceWaiter& waiter, bool late);
  Error miss_place(CallContext& call) const;
  void leave_bulkhead() noexcept;
  CallCounts counts() const noexcept;

  const std::shared_ptr<Api> api_;  // which forgets its operations when it ends
  const OperationParts parts_;
  const WallTime since_;
  std::atomic<bool> retired_ = false;
  Breaker breaker_;
  RetryBudget budget_;
  RateLimit rate_limit_;
  std::atomic<bool> forces_breaker_ = false;
  Bulkhead<std::shared_ptr<PlaceWaiter>> bulkhead_;
  Guarded<Waiters> waiters_{};  // those in the bulkhead's line, and those about to go on
  MiddlewareChain<CallMiddleware> own_;
  MergedChain<CallMiddleware> chain_;

  // Callers raise these, workers those: they must not take the cache line from each other.
  alignas(64) Counter succeeded_;
  Counter failed_;
  Counter retries_;
  Counter refused_;
  Counter unattempted_;
  alignas(64) Counter late_;
  HistogramRecorder time_;
};

}  // namespace modcomm::detail
