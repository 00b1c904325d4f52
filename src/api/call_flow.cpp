#include "api/call_flow.hpp"

#include <algorithm>

#include "api/api.hpp"
#include "core/duration_text.hpp"

namespace modcomm::detail {
namespace {

using std::chrono::nanoseconds;

/// Ids are as random as any seed; a generator of its own for each call costs nothing until used.
Random random_of(CallPlan& plan, std::uint32_t attempt) {
  const RequestId id = plan.ids.request_id();
  return Random(id.low ^ id.high ^ attempt);
}

nanoseconds timeout_of(const Operation& operation, const CallOptions& options) {
  return options.timeout == nanoseconds(0) ? operation.options().timeout : options.timeout;
}

/// By the deadline of the handler in which it is made, unless it goes on behind that.
CallPlan plan_without_time(const Operation& operation, const CallOptions& options) {
  const Context& context = operation.api().context();
  const CallContext* const outer = Frame::innermost_call(context);
  const bool bound = outer != nullptr && !options.background;
  return {.ids = CallIds(*context.clock, outer), .deadline = bound ? outer->deadline() : never};
}

/// What another attempt will take; 0 where nothing depends on it, or nobody knows.
nanoseconds expected_duration(const Operation& operation, const CallOptions& options,
                              SteadyTime deadline) {
  if (deadline == never) return nanoseconds(0);
  const nanoseconds usual = operation.usual_duration();
  const bool cut = options.attempt_timeout > nanoseconds(0);
  return cut ? std::min(usual, options.attempt_timeout) : usual;
}

void add_time(CallPlan& plan, const Operation& operation, nanoseconds timeout) {
  plan.begun = operation.api().now();
  plan.deadline = std::min(plan.deadline, after(plan.begun.steady, timeout));
}

}  // namespace

CallPlan plan_call(const Operation& operation, const CallOptions& options) {
  CallPlan plan = plan_without_time(operation, options);
  add_time(plan, operation, timeout_of(operation, options));
  return plan;
}

CallPlan plan_call_here(const Operation& operation, const CallOptions& options) {
  CallPlan plan = plan_without_time(operation, options);
  const nanoseconds timeout = timeout_of(operation, options);
  const bool bounded = timeout != nanoseconds::max() || plan.deadline != never ||
                       options.attempt_timeout != nanoseconds(0);
  if (bounded || operation.options().breaker.enabled) add_time(plan, operation, timeout);
  return plan;
}

Result<void> CallFlow::begin(SteadyTime now) {
  ++attempt_;
  attempt_begun_ = now;
  attempt_deadline_ = plan_.deadline;
  if (options_.attempt_timeout > nanoseconds(0)) {
    attempt_deadline_ = std::min(attempt_deadline_, after(now, options_.attempt_timeout));
  }
  admitted_ = false;
  if (now >= plan_.deadline) return deadline_passed();
  admitted_ = options_.breaker && !options_.test && operation_.has_breaker();
  if (!admitted_) return {};
  Admission admission = operation_.breaker().admit(now, attempt_deadline_);
  note(admission.changes);
  admitted_ = admission.granted;
  if (!admitted_) return circuit_open_error(operation_.name(), admission);
  permit_ = admission.permit;
  return {};
}

SteadyTime CallFlow::judge(const Result<void>& result, bool began, SteadyTime now) {
  if (admitted_) note(record(result, began, now));
  if (!result) return decide(result.error(), began, now);
  operation_.budget().succeeded();
  return never;
}

/// That no handler began in time says nothing about the one called.
Transitions CallFlow::record(const Result<void>& result, bool began, SteadyTime now) {
  const nanoseconds took = now - attempt_begun_;
  if (result) return operation_.breaker().record(permit_, {.took = took}, now);
  const Error error = result.error();
  const bool never_began = !began && error.code() == Code::deadline_exceeded;
  const Outcome outcome = never_began ? Outcome::ignored : outcome_of(error);
  return operation_.breaker().record(permit_, {.outcome = outcome, .took = took, .error = &error},
                                     now);
}

SteadyTime CallFlow::decide(const Error& error, bool began, SteadyTime now) {
  if (options_.test) return never;
  RetryOptions retry = operation_.options().retry;
  if (options_.retries) retry.retries = *options_.retries;
  if (options_.even_if_begun) retry.even_if_begun = *options_.even_if_begun;
  const RetryPolicy policy(retry);
  FailedAttempt failed{.error = error,
                       .attempt = attempt_,
                       .handler_began = began,
                       .idempotent = operation_.options().idempotent,
                       .now = now,
                       .deadline = plan_.deadline};
  if (!policy.forbidden(failed)) {
    failed.expected_duration = expected_duration(operation_, options_, plan_.deadline);
  }
  Random random = random_of(plan_, attempt_);
  const RetryDecision decision = policy.after_failure(failed, operation_.budget(), random);
  return decision.again_at.value_or(never);
}

CallEnd CallFlow::finish(const Result<void>& result) {
  if (operation_.options().metrics && !options_.test)
    operation_.count_end(result.has_value(), attempt_, !began_);
  CallEnd end{.request_id = plan_.ids.known(), .attempts = attempt_};
  if (!result) {
    end.request_id = plan_.ids.request_id();
    end.result = result.error().with_request_id(end.request_id.to_string()).with_attempts(attempt_);
  }
  return end;
}

Error CallFlow::deadline_passed() const {
  const auto limit = plan_.deadline - plan_.begun.steady;
  return {Code::deadline_exceeded, reason::timeout,
          operation_.name() + " did not answer within " +
              rounded(attempt_deadline_ < plan_.deadline ? options_.attempt_timeout : limit) +
              "; give it more time, or see why it is slow"};
}

}  // namespace modcomm::detail
