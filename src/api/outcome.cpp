#include "api/outcome.hpp"

namespace modcomm::detail {

CallFailure failure_of(const Error& error) {
  return {.code = std::string(to_string(error.code())),
          .reason = std::string(error.reason()),
          .message = error.message(),
          .retry = std::string(to_string(error.retry())),
          .retry_after = error.retry_after(),
          .faults = error.faults()};
}

CallOutcome outcome_of_call(std::string_view operation, const CallEnd& end, PayloadRef reply,
                            std::chrono::nanoseconds took) {
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
    outcome.error = failure_of(reply_error(operation, end, data.error()));
  }
  return outcome;
}

}  // namespace modcomm::detail
