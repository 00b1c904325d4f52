#include "api/outcome.hpp"

namespace modcomm::detail {

CallFailure failure_of(const Error& error) {
  CallFailure failure{.code = std::string(to_string(error.code())),
                      .reason = std::string(error.reason()),
                      .message = error.message(),
                      .retry = std::string(to_string(error.retry()))};
  for (const Fault& fault : error.faults()) {
    failure.faults.push_back(fault.path + ": " + fault.message);
  }
  return failure;
}

CallOutcome outcome_of_call(const CallEnd& end, PayloadRef reply, std::chrono::nanoseconds took) {
  CallOutcome outcome{
      .request_id = end.request_id.to_string(), .attempts = end.attempts, .duration = took};
  if (!end.result) {
    outcome.error = failure_of(end.result.error());
    return outcome;
  }
  Result<Value> data = to_value(reply);
  outcome.ok = data.has_value();
  if (data) {
    outcome.data = std::move(*data);
  } else {
    outcome.error = failure_of(data.error().with_context("reply"));
  }
  return outcome;
}

}  // namespace modcomm::detail
