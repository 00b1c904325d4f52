#include "api/waited_call.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>

#include "api/call_begin.hpp"
#include "api/caller_left.hpp"
#include "api/outcome.hpp"

namespace modcomm::detail {

/// The call as others see it.
class WaitedCall::Listed final : public TrackedCall {
 public:
  Listed(std::shared_ptr<PooledCall> call, const CallPlan& plan)
      : call_(std::move(call)), begun_(plan.begun), deadline_(plan.deadline) {}

  // for its caller
  /// The attempt that runs now, or null.
  void now_in(const std::shared_ptr<Attempt>& attempt, std::uint32_t number) {
    const std::lock_guard lock(mutex_);
    attempt_ = attempt;
    number_ = number;
    if (attempt && ended_by_) attempt->abandon(*ended_by_);
  }
  /// An error: somebody ended it.
  Result<void> state() const {
    const std::lock_guard lock(mutex_);
    return ended_by_ ? Result<void>(*ended_by_) : Result<void>();
  }
  /// Ends it when nobody waits any more for the handler that made it.
  void end_with(const std::shared_ptr<Listed>& self, StopSignal& stop_of_caller) {
    caller_left_.emplace(stop_of_caller.token(), CallerLeft<Listed>{self});
  }
  const std::string& operation_name() const noexcept { return call_->operation->name(); }
  /// Called when somebody ends it between attempts.
  Parking& parking() noexcept { return parking_; }
  /// Answers who awaits it.
  void finish(const CallEnd& end, const ReplySlot& reply);
  /// Who awaits it gets what there is.
  void leave();

  CallInfo info() const override;
  void end(const Error& why) noexcept override;
  bool watch(ProgressFunction function) override { return call_->watch.add(std::move(function)); }
  bool wait_for_end(SteadyTime deadline) override;
  Result<CallOutcome> outcome(SteadyTime deadline) override;

 private:
  using Lock = std::unique_lock<std::mutex>;

  bool wait_for_end(Lock& lock, SteadyTime deadline);
  void answer(CallOutcome outcome);
  Api& api() const noexcept { return call_->operation->api(); }

  const std::shared_ptr<PooledCall> call_;
  const Moment begun_;
  const SteadyTime deadline_;
  Parking parking_{};

  mutable std::mutex mutex_;
  std::condition_variable over_changed_;
  // guarded by mutex_
  std::shared_ptr<Attempt> attempt_{};
  std::uint32_t number_ = 1;
  std::optional<Error> ended_by_{};
  std::size_t awaiting_ = 0;
  bool over_ = false;
  std::optional<CallOutcome> outcome_{};  // if somebody awaited it

  std::optional<std::stop_callback<CallerLeft<Listed>>> caller_left_{};
};

CallInfo WaitedCall::Listed::info() const {
  Lock lock(mutex_);
  const std::uint32_t number = number_;
  lock.unlock();
  return call_->info(begun_, deadline_, number);
}

void WaitedCall::Listed::end(const Error& why) noexcept {
  Lock lock(mutex_);
  if (over_ || ended_by_) return;
  ended_by_ = why;
  const std::shared_ptr<Attempt> attempt = attempt_;
  lock.unlock();
  if (attempt) {
    attempt->abandon(why);
  } else {
    parking_.call();
  }
}

bool WaitedCall::Listed::wait_for_end(Lock& lock, SteadyTime deadline) {
  bool in_time = true;
  while (!over_ && in_time) in_time = api().executor().wait_until(lock, over_changed_, deadline);
  return over_;
}

bool WaitedCall::Listed::wait_for_end(SteadyTime deadline) {
  Lock lock(mutex_);
  return wait_for_end(lock, deadline);
}

Result<CallOutcome> WaitedCall::Listed::outcome(SteadyTime deadline) {
  Lock lock(mutex_);
  ++awaiting_;
  wait_for_end(lock, deadline);
  --awaiting_;
  if (outcome_) return *outcome_;
  return over_ ? no_call(call_->ids.known()) : call_goes_on(call_->ids.known());
}

void WaitedCall::Listed::finish(const CallEnd& end, const ReplySlot& reply) {
  const auto took = api().now().steady - begun_.steady;
  Lock lock(mutex_);
  const bool awaited = awaiting_ > 0;
  lock.unlock();
  try {
    if (awaited) answer(outcome_of_call(operation_name(), end, reply.ref(), took));
  } catch (...) {  // NOLINT(bugprone-empty-catch): its caller has the reply nevertheless
  }
  leave();
}

void WaitedCall::Listed::answer(CallOutcome outcome) {
  const std::lock_guard lock(mutex_);
  outcome_ = std::move(outcome);
}

void WaitedCall::Listed::leave() {
  const std::lock_guard lock(mutex_);
  over_ = true;
  over_changed_.notify_all();
}

WaitedCall::WaitedCall(CallFlow& flow, const std::shared_ptr<PooledCall>& call)
    : flow_(flow), call_(call), api_(call->operation->api()) {
  Moment& begun = flow.plan().begun;
  if (begun.steady == SteadyTime{}) begun = api_.now();
  list_at_ = after(begun.steady, listed_after);
}

WaitedCall::~WaitedCall() {
  if (listed_) api_.calls().remove(call_->ids.known());
  if (finished_ || !others_know()) return;  // else something was thrown
  const auto watchers = call_->watch.close();
  if (listed_) listed_->leave();
  call_->watch.wait_until_told(api_.executor());
}

Result<void> WaitedCall::run_attempt(bool& began, ReplySlot& reply) {
  Executor& executor = api_.executor();
  if (!executor.may_wait()) return no_thread_left(*call_->operation);
  attempt_ = PooledCall::attempt(call_);
  Attempt& attempt = *attempt_;
  attempt.prepare(flow_.attempt_deadline(), flow_.attempt(), nullptr);
  if (listed_) listed_->now_in(attempt_, flow_.attempt());
  auto task = std::make_shared<AttemptTask>(attempt_);
  // So its memory comes back to this thread, which will need as much for its next call.
  const std::weak_ptr<AttemptTask> memory = task;
  executor.post(std::move(task));
  while (!attempt.done()) {
    if (park(attempt.parking(), flow_.attempt_deadline())) continue;
    attempt.expire(flow_.deadline_passed());
  }
  began = attempt.began();
  if (attempt.result()) reply.take(attempt.reply());
  if (listed_) listed_->now_in(nullptr, flow_.attempt());
  return std::exchange(attempt_, nullptr)->result();
}

Result<void> WaitedCall::pause(SteadyTime until) {
  Parking nobody_calls;
  for (;;) {
    if (const auto ok = listed_ ? listed_->state() : Result<void>(); !ok) return ok;
    if (!park(listed_ ? listed_->parking() : nobody_calls, until)) return {};
  }
}

bool WaitedCall::park(Parking& parking, SteadyTime until) {
  const SteadyTime first = std::min(until, list_at_);
  if (api_.executor().park_until(parking, first)) return true;
  if (first == until) return false;
  list();
  return true;
}

void WaitedCall::list() {
  list_at_ = never;
  listed_ = std::make_shared<Listed>(call_, flow_.plan());
  listed_->now_in(attempt_, flow_.attempt());
  api_.calls().add(call_->ids.known(), listed_);
  if (api_.ending()) listed_->end(bus_has_ended(call_->operation->name()));
  if (StopSignal* const stop = stop_of_caller(flow_.plan(), flow_.options())) {
    listed_->end_with(listed_, *stop);
  }
}

void WaitedCall::finish(const CallEnd& end, const ReplySlot& reply) {
  finished_ = true;
  if (!others_know()) return;
  const auto watchers = call_->watch.close();
  if (listed_) listed_->finish(end, reply);
  call_->watch.wait_until_told(api_.executor());
}

}  // namespace modcomm::detail
