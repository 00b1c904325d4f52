#include "api/call_flow.hpp"

#include <modcomm/time_text.hpp>

#include "api/api.hpp"
#include "api/call_frame.hpp"
#include "core/id_source.hpp"

namespace modcomm::detail {
namespace {

/// Ids are as random as any seed; a generator of its own for each call costs nothing until used.
Random random_of(const CallPlan& plan, std::uint32_t attempt) {
  return Random(plan.request_id.low ^ plan.request_id.high ^ attempt);
}

}  // namespace

CallPlan plan_call(const Operation& operation, const CallOptions& options) {
  const Api& api = operation.api();
  CallPlan plan{.begun = api.now()};
  const std::chrono::nanoseconds timeout = options.timeout == std::chrono::nanoseconds(0)
                                               ? operation.options().timeout
                                               : options.timeout;
  plan.deadline = after(plan.begun.steady, timeout);
  plan.request_id = next_id(plan.begun.wall);
  plan.trace_id = plan.request_id;
  if (const CallContext* outer = CallFrame::innermost(api)) {
    plan.deadline = std::min(plan.deadline, outer->deadline());
    plan.trace_id = outer->trace_id();
  }
  return plan;
}

Result<void> CallFlow::begin(SteadyTime now) {
  ++attempt_;
  attempt_begun_ = now;
  attempt_deadline_ = plan_.deadline;
  if (options_.attempt_timeout > std::chrono::nanoseconds(0)) {
    attempt_deadline_ = std::min(attempt_deadline_, after(now, options_.attempt_timeout));
  }
  if (now >= plan_.deadline) return deadline_passed();
  admitted_ = options_.breaker && operation_.options().breaker.enabled;
  if (!admitted_) return {};
  Admission admission = operation_.breaker().admit(now, attempt_deadline_);
  note(admission.changes);
  admitted_ = admission.granted;
  if (!admitted_) return circuit_open_error(operation_.name(), admission);
  permit_ = admission.permit;
  return {};
}

std::optional<SteadyTime> CallFlow::end(const Result<void>& result, bool began, SteadyTime now) {
  const std::chrono::nanoseconds took = now - attempt_begun_;
  began_ |= began;
  if (admitted_) note(record(result, took, now));
  if (result) {
    operation_.budget().succeeded();
    return std::nullopt;
  }
  return decide(result.error(), began, now);
}

Transitions CallFlow::record(const Result<void>& result, std::chrono::nanoseconds took,
                             SteadyTime now) {
  if (result) return operation_.breaker().record(permit_, {.took = took}, now);
  const Error error = result.error();
  return operation_.breaker().record(
      permit_, {.outcome = outcome_of(error), .took = took, .error = &error}, now);
}

std::optional<SteadyTime> CallFlow::decide(const Error& error, bool began, SteadyTime now) {
  RetryOptions retry = operation_.options().retry;
  if (options_.retries) retry.retries = *options_.retries;
  if (options_.even_if_begun) retry.even_if_begun = *options_.even_if_begun;
  Random random = random_of(plan_, attempt_);
  const RetryDecision decision =
      RetryPolicy(retry).after_failure({.error = error,
                                        .attempt = attempt_,
                                        .handler_began = began,
                                        .idempotent = operation_.options().idempotent,
                                        .now = now,
                                        .deadline = plan_.deadline},
                                       operation_.budget(), random);
  return decision.again_at;
}

CallEnd CallFlow::finish(const Result<void>& result) {
  if (operation_.options().metrics) operation_.count_end(result.has_value(), attempt_, !began_);
  CallEnd end{.request_id = plan_.request_id, .attempts = attempt_};
  if (!result) {
    end.result =
        result.error().with_request_id(plan_.request_id.to_string()).with_attempts(attempt_);
  }
  return end;
}

Error CallFlow::deadline_passed() const {
  const auto limit = plan_.deadline - plan_.begun.steady;
  return {
      Code::deadline_exceeded, reason::timeout,
      operation_.name() + " did not answer within " +
          format_duration(attempt_deadline_ < plan_.deadline ? options_.attempt_timeout : limit) +
          "; give it more time, or see why it is slow"};
}

}  // namespace modcomm::detail
