#include "api/call_begin.hpp"

#include "core/id_source.hpp"

namespace modcomm::detail {
namespace {

using std::chrono::nanoseconds;

Result<void> check(const Operation& operation, const CallOptions& options) {
  if (options.timeout >= nanoseconds(0) && options.attempt_timeout >= nanoseconds(0)) return {};
  return Error(Code::invalid_argument, reason::validation,
               "the time-out of a call of " + operation.name() +
                   " is negative; give a positive duration, or 0 for the operation's own");
}

}  // namespace

std::string_view CallTarget::caller() const noexcept { return caller_->name; }

Error was_taken_away(const Operation& operation) {
  return {Code::unavailable, reason::no_responders,
          operation.name() + " was taken away while it was called; try again"};
}

Error no_place_in_time(const Operation& operation) {
  return {Code::deadline_exceeded, reason::timeout,
          operation.name() +
              " had no free place before the deadline; give it more time, or raise its bulkhead"};
}

Error no_thread_left(const Operation& operation) {
  return {Code::resource_exhausted, reason::threads,
          "no thread is left to run " + operation.name() +
              ": all of them wait for calls; make fewer calls inside handlers, or make them "
              "without waiting"};
}

Result<CallTarget> replacement(const CallTarget& target) {
  const Operation& known = *target.operation();
  auto found = known.api().find(known.name());
  if (!found) return found.error();
  return CallTarget(std::move(*found), target.module());
}

Result<void> admit_call(const CallTarget& target, Operation& operation, CallParameters& parameters,
                        const CallOptions& options) {
  if (auto ok = check(operation, options); !ok) return ok;
  if (auto ok = operation.api().admit(target.caller(), operation); !ok) return ok;
  return prove(operation, parameters);
}

Result<void> prove(const Operation& operation, CallParameters& parameters) {
  const Result<void> valid = operation.handler().prepare(parameters);
  if (!valid) return valid.error().with_context(operation.name());
  return {};
}

CallEnd end_unfound(const Api& api, const Error& why) {
  const RequestId id = next_id(api.now().wall);
  return {.result = why.with_request_id(id.to_string()), .request_id = id};
}

CallEnd refuse_call(Operation& operation, const CallOptions& options, const Error& why) {
  if (operation.options().metrics && !options.test) operation.count_end(false, 0, true);
  return end_unfound(operation.api(), why.with_attempts(0));
}

Error reply_error(std::string_view operation, const CallEnd& end, const Error& why) {
  return why.with_context("reply")
      .with_context(operation)
      .with_request_id(end.request_id.to_string())
      .with_attempts(end.attempts);
}

Error reply_error(const CallTarget& target, CallEnd end, const Error& why) {
  const Operation& operation = *target.operation();
  if (end.request_id == RequestId{}) end.request_id = next_id(operation.api().now().wall);
  return reply_error(operation.name(), end, why);
}

}  // namespace modcomm::detail
