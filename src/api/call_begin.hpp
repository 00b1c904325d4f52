// What every form of a call does first: find the operation, ask who may, prove the parameters.
#pragma once

#include "api/attempt.hpp"
#include "api/call_flow.hpp"

namespace modcomm::detail {

/// The same name's operation as it is now, for a target whose operation is retired.
/// not_found / no_operation; failed_precondition / closed.
Result<CallTarget> replacement(const CallTarget& target);

/// Authorised and valid, once a call. The parameters become what the handler takes.
Result<void> admit_call(const CallTarget& target, Operation& operation, CallParameters& parameters,
                        const CallOptions& options);
/// The second of these alone; the error names the operation.
Result<void> prove(const Operation& operation, CallParameters& parameters);

/// The end of a call that came to no operation.
CallEnd end_unfound(const Api& api, const Error& why);
/// The end of a call that never had an attempt.
CallEnd refuse_call(Operation& operation, const CallOptions& options, const Error& why);

Error was_taken_away(const Operation& operation);
Error no_place_in_time(const Operation& operation);
Error no_thread_left(const Operation& operation);

}  // namespace modcomm::detail
