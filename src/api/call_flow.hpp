// What happens between the attempts of one call: deadline, breaker, retry. It is told the time and
// what came of each attempt, and says what is next; who drives it runs the attempts and waits.
#pragma once

#include "api/call_ids.hpp"
#include "api/operation.hpp"
#include "api/retry.hpp"

namespace modcomm::detail {

/// What is known when a call begins.
struct CallPlan {
  CallIds ids;
  Moment begun{};
  SteadyTime deadline = never;
};

/// A call that begins now.
CallPlan plan_call(const Operation& operation, const CallOptions& options);
/// The same, but the time is read only if something depends on it: a deadline or a breaker.
CallPlan plan_call_here(const Operation& operation, const CallOptions& options);

class CallFlow {
 public:
  /// Of a call that its caller waits for. Plans it where the plan stays: copies of what was just
  /// written would wait for it.
  CallFlow(Operation& operation, const CallOptions& options)
      : operation_(operation), options_(options), plan_(plan_call_here(operation, options)) {}
  CallFlow(Operation& operation, const CallOptions& options, CallPlan plan) noexcept
      : operation_(operation), options_(options), plan_(plan) {}

  /// The breaker's leave for another attempt; else its end.
  Result<void> begin(SteadyTime now);
  std::uint32_t attempt() const noexcept { return attempt_; }
  SteadyTime attempt_deadline() const noexcept { return attempt_deadline_; }

  /// Whether `end` will look at the time when it is told of this result.
  bool wants_time_of(const Result<void>& result) const noexcept { return admitted_ || !result; }
  /// How an attempt ended. Answers when the next one shall begin; `never`: this was the last.
  /// (An optional would be put together in memory, and its reader wait for that.)
  SteadyTime end(const Result<void>& result, bool began, SteadyTime now) {
    began_ |= began;
    if (wants_time_of(result)) return judge(result, began, now);
    if (!options_.test) operation_.budget().succeeded();
    return never;
  }

  /// The call's end, given the result of its last attempt.
  CallEnd finish(const Result<void>& result);

  bool changed() const noexcept { return !changes_.empty(); }
  /// What its breaker went through since this was asked last; whoever drives the call tells it,
  /// without a lock.
  Transitions take_changes() noexcept { return std::exchange(changes_, {}); }

  Error deadline_passed() const;
  Operation& operation() const noexcept { return operation_; }
  const CallPlan& plan() const noexcept { return plan_; }
  CallPlan& plan() noexcept { return plan_; }
  const CallOptions& options() const noexcept { return options_; }

 private:
  void note(const Transitions& changes) {
    for (const auto& change : changes) changes_.push_back(change);
  }
  SteadyTime judge(const Result<void>& result, bool began, SteadyTime now);
  Transitions record(const Result<void>& result, bool began, SteadyTime now);
  SteadyTime decide(const Error& error, bool began, SteadyTime now);

  Operation& operation_;
  const CallOptions& options_;
  CallPlan plan_;
  std::uint32_t attempt_ = 0;
  SteadyTime attempt_begun_{};
  SteadyTime attempt_deadline_ = never;
  Permit permit_{};
  Transitions changes_{};
  bool admitted_ = false;  // by the breaker, which waits for the result
  bool began_ = false;     // a handler, in any attempt
};

}  // namespace modcomm::detail
