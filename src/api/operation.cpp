#include "api/operation.hpp"

#include <algorithm>
#include <optional>
#include <stop_token>

#include "api/api.hpp"
#include "api/call_begin.hpp"
#include "api/caller_left.hpp"
#include "api/stop_signal.hpp"
#include "core/from_exception.hpp"

namespace modcomm::detail {
namespace {

using std::chrono::nanoseconds;

/// Of an inline operation 1 attempt in 64 is timed.
constexpr std::uint64_t sample_mask = 63;
/// Fewer say nothing about the next one.
constexpr std::uint64_t enough_times = 10;

Error bulkhead_full(const Operation& operation) {
  const BulkheadOptions& limits = operation.options().bulkhead;
  return {Code::resource_exhausted, reason::bulkhead,
          operation.name() + " runs " + std::to_string(limits.max_concurrent) + " times and has " +
              std::to_string(limits.max_queued) +
              " waiting, as many as it may; slow down, or raise its bulkhead"};
}

/// Of one that need not wait.
PlaceState state_after(Entry entry) noexcept {
  if (entry == Entry::run) return PlaceState::granted;
  return entry == Entry::refused ? PlaceState::left : PlaceState::expired;
}

/// Of the exception that is being caught now.
Error thrown_by(std::string_view who) { return with_code(who, from_exception(who)); }

}  // namespace

Operation::Operation(std::shared_ptr<Api> api, OperationParts parts, std::uint64_t seed)
    : api_(std::move(api)),
      parts_(std::move(parts)),
      since_(api_->now().wall),
      breaker_(parts_.options.breaker, seed, api_->now().steady),
      budget_(parts_.options.retry_budget),
      rate_limit_(parts_.options.rate_limit),
      bulkhead_(parts_.options.bulkhead) {
  for (const CallMiddleware& middleware : parts_.options.middleware) {
    own_.add(middleware, since_).value();
  }
}

/// Gives the place in the bulkhead back, however the handler ends.
class Operation::PlaceLease {
 public:
  explicit PlaceLease(Operation& operation) noexcept : operation_(operation) {}
  PlaceLease(const PlaceLease&) = delete;
  PlaceLease& operator=(const PlaceLease&) = delete;
  ~PlaceLease() { operation_.leave_bulkhead(); }

 private:
  Operation& operation_;
};

/// Shows who waits for a place to those who end attempts at their deadline.
class Operation::ShownWaiter {
 public:
  ShownWaiter(Operation& operation, const std::shared_ptr<PlaceWaiter>& waiter)
      : operation_(operation), waiter_(waiter) {
    operation_.waiters_.lock()->push_back(waiter);
  }
  ShownWaiter(const ShownWaiter&) = delete;
  ShownWaiter& operator=(const ShownWaiter&) = delete;
  ~ShownWaiter() { std::erase(*operation_.waiters_.lock(), waiter_); }

 private:
  Operation& operation_;
  const std::shared_ptr<PlaceWaiter>& waiter_;
};

// ---- the breaker ----

Transitions Operation::force_breaker(bool open, SteadyTime now) {
  Transitions changes = open ? breaker_.force_open(now) : breaker_.force_closed(now);
  forces_breaker_.store(true);
  return changes;
}

Transitions Operation::release_breaker(SteadyTime now) {
  forces_breaker_.store(false);
  return breaker_.release(now);
}

// ---- one attempt ----

Result<void> Operation::serve(CallContext& call, bool with_middleware) noexcept {
  try {
    const HandlerRun run(api_->context(), *this, call);
    if (retired()) return was_taken_away(*this);
    return serve_shown(call, with_middleware);
  } catch (...) {
    return thrown_by(name());
  }
}

Result<void> Operation::serve_shown(CallContext& call, bool with_middleware) {
  try {
    if (with_middleware) {
      if (const auto links = chain_.links(api_->middleware(), own_))
        return serve_from(*links, 0, call);
    }
    return handle(call);
  } catch (...) {
    return thrown_by(name());
  }
}

Result<void> Operation::serve_from(const ChainLinks<CallMiddleware>& links, std::size_t position,
                                   CallContext& call) {
  if (position < links.size()) return run_middleware(links, position, call);
  try {
    return handle(call);
  } catch (...) {
    return thrown_by(name());
  }
}

Result<void> Operation::run_middleware(const ChainLinks<CallMiddleware>& links,
                                       std::size_t position, CallContext& call) {
  const CallMiddleware& middleware = links[position]->middleware;
  const auto who = [&] { return "middleware '" + middleware.name + "' of " + name(); };
  try {
    const Result<void> done = middleware.function(call, Next(*this, &links, position + 1, call));
    if (!done) return with_code(who(), done.error());
    return {};
  } catch (...) {
    return thrown_by(who());
  }
}

Result<void> Operation::handle(CallContext& call) {
  const OperationOptions& options = parts_.options;
  if (options.rate_limit.per_second > 0) {
    if (const auto wait = rate_limit_.refuse(api_->now().steady)) return rate_error(name(), *wait);
  }
  if (options.bulkhead.max_concurrent == 0) return run_handler(call);
  if (const Result<void> entered = enter_bulkhead(call); !entered) return entered;
  const PlaceLease place(*this);
  return run_handler(call);
}

Result<void> Operation::run_handler(CallContext& call) {
  BeginGate* const gate = call.parts_.gate;
  if (gate != nullptr && !gate->begin()) return nobody_waits(name());
  call.began_ = true;
  return handler().run(call);
}

Result<void> Operation::enter_bulkhead(CallContext& call) {
  if (bulkhead_.try_enter()) return {};
  std::shared_ptr<PlaceWaiter> waiter;
  // Before it joins the line: who ends its attempt misses nothing.
  std::optional<ShownWaiter> shown;
  if (parts_.options.bulkhead.max_queued > 0) {
    waiter = std::make_shared<PlaceWaiter>(call.parts_.gate);
    shown.emplace(*this, waiter);
  }
  const auto entered =
      bulkhead_.enter(api_->now().steady, call.deadline(), std::shared_ptr<PlaceWaiter>(waiter));
  for (const auto& expired : entered.expired) expired->end(PlaceState::expired);
  if (entered.entry == Entry::queued) {
    waiter->ticket.store(entered.ticket);
    return wait_for_place(call, *waiter);
  }
  if (waiter) waiter->end(state_after(entered.entry));
  if (entered.entry == Entry::run) return {};
  if (entered.entry == Entry::refused) return bulkhead_full(*this);
  return miss_place(call);
}

/// Told to the attempt, too, before this thread shows the waiter no more: who ends it at its deadline
/// may come first.
Error Operation::miss_place(CallContext& call) const {
  if (BeginGate* const gate = call.parts_.gate) gate->miss_place();
  return no_place_in_time(*this);
}

Result<void> Operation::wait_for_place(CallContext& call, PlaceWaiter& waiter) {
  StopSignal* const stop = call.stop_signal();
  const std::stop_callback wake(stop == nullptr ? std::stop_token() : stop->token(),
                                [&waiter] { waiter.parking.call(); });
  const auto waits = [&] { return waiter.state.load() == PlaceState::waits; };
  const auto left = [&] { return stop != nullptr && stop->requested(); };
  bool in_time = true;
  while (waits() && !left() && in_time) {
    in_time = api_->executor().park_until(waiter.parking, call.deadline());
  }
  if (waits()) leave_line(waiter, !in_time || api_->now().steady >= call.deadline());
  while (waits()) {  // who took it out of the line is about to say why
    api_->executor().park_until(waiter.parking, never);
  }
  const PlaceState state = waiter.state.load();
  if (state == PlaceState::expired) return miss_place(call);
  if (state == PlaceState::granted && !left()) return {};
  if (state == PlaceState::granted) leave_bulkhead();
  return nobody_waits(name());
}

/// Unless somebody else took it out.
void Operation::leave_line(PlaceWaiter& waiter, bool late) {
  const Ticket ticket = waiter.ticket.load();
  const auto out = late ? bulkhead_.expire(ticket) : bulkhead_.cancel(ticket);
  if (out) waiter.end(late ? PlaceState::expired : PlaceState::left);
}

bool Operation::expire_place(const BeginGate& attempt) {
  if (parts_.options.bulkhead.max_queued == 0) return false;
  std::shared_ptr<PlaceWaiter> waiter;
  {
    const auto waiters = waiters_.lock();
    const auto found =
        std::ranges::find(*waiters, &attempt, [](const auto& each) { return each->attempt; });
    if (found == waiters->end()) return attempt.missed_place();
    waiter = *found;
  }
  leave_line(*waiter, true);
  waiter->state.wait(PlaceState::waits);  // who took it out, or itself, is about to say why
  return waiter->state.load() == PlaceState::expired;
}

void Operation::leave_bulkhead() noexcept {
  if (bulkhead_.try_leave()) return;
  const auto handover = bulkhead_.leave(api_->now().steady);
  for (const auto& expired : handover.expired) expired->end(PlaceState::expired);
  if (!handover.next) return;
  (*handover.next)->end(PlaceState::granted);
}

// ---- counting ----

bool Operation::times_next() noexcept {
  if (!parts_.options.metrics) return false;
  if (parts_.options.execution == Execution::pooled) return true;
  return (succeeded_.value() & sample_mask) == 0;
}

void Operation::count_attempt(nanoseconds took) noexcept {
  try {
    time_.record(took);
  } catch (...) {  // NOLINT(bugprone-empty-catch): no memory for another bucket
  }
}

void Operation::count_end(bool ok, std::uint32_t attempts, bool refused) noexcept {
  (ok ? succeeded_ : failed_).add();
  if (attempts != 1) attempts == 0 ? unattempted_.add() : retries_.add(attempts - 1);
  if (!ok && refused) refused_.add();
}

CallCounts Operation::counts() const noexcept {
  const std::uint64_t unattempted = unattempted_.value();  // first: its calls are in what follows
  CallCounts counts{.succeeded = succeeded_.value(),
                    .failed = failed_.value(),
                    .retries = retries_.value(),
                    .refused = refused_.value(),
                    .late = late_.value(),
                    .running = api_->context().running(*this)};
  counts.calls = counts.succeeded + counts.failed;
  counts.attempts = counts.calls - std::min(unattempted, counts.calls) + counts.retries;
  return counts;
}

// ---- the end ----

bool Operation::retire(bool replaced) noexcept {
  if (retired_.exchange(true)) return false;
  if (!replaced) api_->remove(*this);
  return true;
}

bool Operation::is_running() const noexcept { return api_->context().is_running(*this); }

bool Operation::wait_until_idle(SteadyTime deadline) {
  return api_->context().wait_until_idle(*this, deadline);
}

void Operation::close() noexcept {
  if (retire(false)) api_->context().tell(notice::operation_removed, name(), {});
  if (Frame::inside(api_->context())) return;
  wait_until_idle(never);
}

Result<void> Operation::close_and_wait(nanoseconds timeout) {
  if (Frame::runs(*this)) {
    return Error(Code::failed_precondition, reason::would_block_itself,
                 name() + ": its own handler cannot wait for itself; use close()");
  }
  if (retire(false)) api_->context().tell(notice::operation_removed, name(), {});
  if (wait_until_idle(after(api_->now().steady, timeout))) return {};
  return Error(Code::deadline_exceeded, reason::timeout,
               name() + " is closed, but a handler of it still runs");
}

BreakerInfo Operation::breaker_info() const {
  BreakerInfo info = breaker_.info(api_->now());
  info.operation = name();
  return info;
}

nanoseconds Operation::usual_duration() const noexcept try {
  const Histogram times = time_.snapshot();
  return times.count() < enough_times ? nanoseconds(0) : times.quantile(0.5);
} catch (const std::bad_alloc&) {
  return nanoseconds(0);
}

OperationInfo Operation::info(bool schemas) const {
  const OperationOptions& options = parts_.options;
  OperationInfo info{.name = parts_.name,
                     .module = parts_.module->name,
                     .description = options.description,
                     .version = options.version,
                     .since = since_,
                     .execution = options.execution,
                     .timeout = options.timeout,
                     .idempotent = options.idempotent,
                     .authenticated = options.authenticated,
                     .scopes = options.scopes,
                     .parameters = schemas ? parts_.parameters : Value(),
                     .result = schemas ? parts_.result : Value(),
                     .examples = schemas ? options.examples : std::vector<Value>(),
                     .result_examples = schemas ? options.result_examples : std::vector<Value>(),
                     .retry = options.retry,
                     .retry_budget = options.retry_budget,
                     .retry_budget_now = budget_.info(),
                     .breaker = options.breaker,
                     .breaker_state = breaker_.state(),
                     .rate_limit = options.rate_limit,
                     .bulkhead = options.bulkhead,
                     .bulkhead_now = bulkhead_.info(),
                     .middleware = own_.list(),
                     .counts = counts()};
  const Histogram times = time_.snapshot();
  const auto ticks = [](nanoseconds time) { return static_cast<std::uint64_t>(time.count()); };
  info.time = {.count = times.count(),
               .p50 = ticks(times.quantile(0.5)),
               .p99 = ticks(times.quantile(0.99)),
               .max = ticks(times.max())};
  return info;
}

}  // namespace modcomm::detail

namespace modcomm {

Registration::Registration(std::shared_ptr<detail::Operation> operation) noexcept
    : operation_(std::move(operation)) {}

Registration& Registration::operator=(Registration&& other) noexcept {
  if (this != &other) {
    close();
    operation_ = std::move(other.operation_);
  }
  return *this;
}

Registration::~Registration() { close(); }

std::string_view Registration::name() const noexcept {
  return operation_ ? std::string_view(operation_->name()) : std::string_view();
}

bool Registration::active() const noexcept { return operation_ && !operation_->retired(); }

OperationInfo Registration::info() const {
  return operation_ ? operation_->info(true) : OperationInfo();
}

void Registration::close() noexcept {
  if (const auto operation = std::move(operation_)) operation->close();
}

Result<void> Registration::close_and_wait(std::chrono::nanoseconds timeout) {
  return operation_ ? operation_->close_and_wait(timeout) : Result<void>();
}

void Registration::detach() && noexcept { operation_.reset(); }

}  // namespace modcomm
