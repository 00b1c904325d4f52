// How a call ended, as data.
#pragma once

#include <modcomm/call.hpp>

namespace modcomm::detail {

CallFailure failure_of(const Error& error);
CallOutcome outcome_of_call(std::string_view operation, const CallEnd& end, PayloadRef reply,
                            std::chrono::nanoseconds took);

}  // namespace modcomm::detail
