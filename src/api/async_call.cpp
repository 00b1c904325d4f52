#include "api/async_call.hpp"

#include "api/call_begin.hpp"
#include "api/call_letter.hpp"
#include "api/outcome.hpp"
#include "core/from_exception.hpp"

namespace modcomm::detail {
namespace {

CallOptions without_views(CallOptions options) {
  options.headers = {};
  options.on_progress = nullptr;
  return options;
}

/// Calls a member of a call that may be gone by then.
class CallTimer final : public Task {
 public:
  CallTimer(std::weak_ptr<AsyncCall> call, std::function<void(AsyncCall&)> what)
      : call_(std::move(call)), what_(std::move(what)) {}
  void run() noexcept override {
    if (const auto call = call_.lock()) what_(*call);
  }

 private:
  std::weak_ptr<AsyncCall> call_;
  std::function<void(AsyncCall&)> what_;
};

}  // namespace

AsyncCall::AsyncCall(std::shared_ptr<Api> api, std::shared_ptr<PooledCall> shared,
                     std::shared_ptr<CallReceiver> receiver, const CallOptions& options,
                     CallPlan plan)
    : api_(std::move(api)),
      shared_(std::move(shared)),
      receiver_(std::move(receiver)),
      options_(without_views(options)),
      flow_(*shared_->operation, options_, plan) {}

AsyncCall::~AsyncCall() = default;

void AsyncCall::begin(StopSignal* stop_of_caller) {
  api_->calls().add(request_id(), shared_from_this());
  if (api_->over()) return end(bus_has_ended(operation_name()));
  if (stop_of_caller != nullptr) {
    caller_left_.emplace(stop_of_caller->token(), CallerLeft<AsyncCall>{weak_from_this()});
  }
  begin_attempt(Lock(mutex_));
}

void AsyncCall::begin_attempt(Lock lock) {
  if (end_) return;
  const Result<void> admitted = flow_.begin(api_->now().steady);
  if (!admitted) return settle(std::move(lock), admitted, nullptr);
  const std::uint32_t number = flow_.attempt();
  attempt_ = PooledCall::attempt(shared_);
  attempt_->prepare(flow_.attempt_deadline(), number, [weak = weak_from_this(), number] {
    if (const auto call = weak.lock()) call->attempt_ended(number);
  });
  set_timer(flow_.attempt_deadline(), &AsyncCall::attempt_late);
  const std::shared_ptr<Attempt> attempt = attempt_;
  unlock_and_tell(lock);
  api_->executor().post(std::make_shared<AttemptTask>(attempt));
}

void AsyncCall::attempt_ended(std::uint32_t number) {
  Lock lock(mutex_);
  if (end_ || attempt_ == nullptr || flow_.attempt() != number) return;
  const std::shared_ptr<Attempt> attempt = std::exchange(attempt_, nullptr);
  drop_timer();
  if (attempt->result()) receiver_->slot().take(attempt->reply());
  settle(std::move(lock), attempt->result(), attempt);
}

void AsyncCall::attempt_late(std::uint32_t number) {
  Lock lock(mutex_);
  if (end_ || attempt_ == nullptr || flow_.attempt() != number) return;
  timer_ = 0;
  const std::shared_ptr<Attempt> attempt = attempt_;
  const Error late = flow_.deadline_passed();
  lock.unlock();
  attempt->expire(late);  // which comes back as attempt_ended, unless it had just ended
}

/// Of that attempt, or of none if it was not let in.
void AsyncCall::settle(Lock lock, const Result<void>& result,
                       const std::shared_ptr<Attempt>& attempt) {
  const bool began = attempt && attempt->began();
  const SteadyTime again_at = flow_.end(result, began, api_->now().steady);
  if (again_at == never) return finish(std::move(lock), result, attempt);
  set_timer(again_at, nullptr);
  unlock_and_tell(lock);
}

/// What the breaker went through: users hear it, and may ask about this call.
void AsyncCall::unlock_and_tell(Lock& lock) {
  const Transitions changes = flow_.take_changes();
  lock.unlock();
  if (!changes.empty()) api_->tell(*shared_->operation, changes);
}

void AsyncCall::finish(Lock lock, const Result<void>& result,
                       const std::shared_ptr<Attempt>& attempt) {
  // Shown before the call counts as ended: who ends the bus meets either the call or its callback.
  const HandlerRun callback(api_->context(), api_->callbacks());
  drop_timer();
  const auto watchers = shared_->watch.close();  // who drops the call now waits for them, too
  const CallEnd end = flow_.finish(result);
  end_ = end;
  took_ = api_->now().steady - flow_.plan().begun.steady;
  const bool keep = detached_;
  unlock_and_tell(lock);
  if (keep) keep_outcome(end);  // who is told that it ended finds it kept, and can take it away
  lock.lock();
  told_ = true;
  changed_.notify_all();
  lock.unlock();
  if (!result && attempt) {  // before the callback, which may wait for the handler
    attempt->abandon(result.error());
  }
  api_->calls().remove(request_id());
  try {
    receiver_->ended(end, operation_name());
  } catch (...) {
    api_->context().tell(notice::handler_failed, operation_name(),
                         from_exception("the callback of a call").message());
  }
}

/// Without `what`: the next attempt.
void AsyncCall::set_timer(SteadyTime at, void (AsyncCall::*what)(std::uint32_t number)) {
  if (at == never) return;
  auto action = [what, number = flow_.attempt()](AsyncCall& call) {
    if (what != nullptr) return (call.*what)(number);
    Lock lock(call.mutex_);
    call.timer_ = 0;
    call.begin_attempt(std::move(lock));
  };
  timer_ = api_->executor().post_at(
      at, std::make_shared<CallTimer>(weak_from_this(), std::move(action)));
}

void AsyncCall::drop_timer() {
  if (timer_ != 0) api_->executor().cancel(std::exchange(timer_, 0));
}

bool AsyncCall::ended() const {
  const Lock lock(mutex_);
  return told_;
}

std::optional<CallEnd> AsyncCall::wait(SteadyTime deadline) {
  Lock lock(mutex_);
  bool in_time = true;
  while (!told_ && in_time) in_time = api_->executor().wait_until(lock, changed_, deadline);
  return told_ ? end_ : std::nullopt;
}

void AsyncCall::detach() {
  Lock lock(mutex_);
  detached_ = true;
  const std::optional<CallEnd> end = end_;
  lock.unlock();
  if (end) keep_outcome(*end);
}

/// Not the call: it holds the bus, in which this is kept.
void AsyncCall::keep_outcome(const CallEnd& end) {
  api_->calls().keep(request_id(),
                     outcome_of_call(operation_name(), end, receiver_->slot().ref(), took_),
                     api_->now().steady);
}

CallInfo AsyncCall::info() const {
  Lock lock(mutex_);
  const std::uint32_t attempt = flow_.attempt();
  const bool detached = detached_;
  lock.unlock();
  CallInfo info = shared_->info(flow_.plan().begun, flow_.plan().deadline, attempt);
  info.detached = detached;
  return info;
}

void AsyncCall::end(const Error& why) noexcept {
  Lock lock(mutex_);
  if (end_) return;
  const std::shared_ptr<Attempt> attempt = std::exchange(attempt_, nullptr);
  if (attempt) static_cast<void>(flow_.end(why, true, api_->now().steady));
  finish(std::move(lock), why, attempt);
}

Result<CallOutcome> AsyncCall::outcome(SteadyTime deadline) {
  const std::optional<CallEnd> end = wait(deadline);
  if (!end) return call_goes_on(request_id());
  return outcome_of_call(operation_name(), *end, receiver_->slot().ref(), took_);
}

// ---- for templates ----

namespace {

Result<std::shared_ptr<AsyncCall>> start_current(const CallTarget& target,
                                                 const Arguments& arguments,
                                                 std::shared_ptr<CallReceiver> receiver,
                                                 const CallOptions& options) {
  const std::shared_ptr<Operation>& operation = target.operation();
  CallParameters parameters(arguments.ref());
  const Result<void> admitted = admit_call(target, *operation, parameters, options);
  if (!admitted) return refuse_call(*operation, options, admitted.error()).result.error();
  if (options.dead_letter) {
    auto letter = letter_of(target, arguments, options);
    if (!letter) return refuse_call(*operation, options, letter.error()).result.error();
    receiver = with_letter(std::move(receiver), operation->api(), std::move(*letter));
  }
  CallPlan plan = plan_call(*operation, options);
  StopSignal* const stop = stop_of_caller(plan, options);
  auto shared = std::make_shared<PooledCall>(target, arguments, parameters, options, plan,
                                             receiver->slot().wanted());
  auto call = std::make_shared<AsyncCall>(operation->api().shared_from_this(), std::move(shared),
                                          std::move(receiver), options, plan);
  call->begin(stop);
  return call;
}

}  // namespace

Result<std::shared_ptr<AsyncCall>> start(const CallTarget& target, const Arguments& arguments,
                                         std::shared_ptr<CallReceiver> receiver,
                                         const CallOptions& options) {
  if (!target.operation()->retired()) {
    return start_current(target, arguments, std::move(receiver), options);
  }
  const auto replaced = replacement(target);
  if (!replaced) return end_unfound(target.operation()->api(), replaced.error()).result.error();
  return start_current(*replaced, arguments, std::move(receiver), options);
}

bool wait(AsyncCall& call, std::chrono::nanoseconds timeout) {
  return call.wait(after(call.api().now().steady, timeout)).has_value();
}

CallEnd await_end(AsyncCall& call) {
  const std::optional<CallEnd> end = call.wait(never);
  if (end) {
    call.wait_until_told();
    return *end;
  }
  return {.result = Error(Code::cancelled, reason::shutdown, "the clock came to its end")};
}

Error waited_already() {
  return {
      Code::failed_precondition, reason::closed,
      "this handle of a call has given its reply, or its call away; wait for each call once, and "
      "keep what that answers"};
}

void cancel(AsyncCall& call) noexcept {
  call.end(Error(Code::cancelled, reason::by_caller,
                 "the caller cancelled its call of " + call.operation_name()));
}

void leave(AsyncCall& call) noexcept {
  cancel(call);
  call.wait_until_told();
}

bool ended(const AsyncCall& call) noexcept { return call.ended(); }

RequestId request_id(const AsyncCall& call) noexcept { return call.request_id(); }

Error reply_error(const AsyncCall& call, const CallEnd& end, const Error& why) {
  return reply_error(call.operation_name(), end, why);
}

void detach(AsyncCall& call) { call.detach(); }

}  // namespace modcomm::detail
