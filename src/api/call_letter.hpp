// Calls that become dead letters when they fail for good.
#pragma once

#include <memory>

#include <modcomm/call.hpp>
#include <modcomm/dead_letter.hpp>

namespace modcomm::detail {

class Api;

/// What is kept of a call, as long as nobody knows how it ends. invalid_argument / does_not_convert where
/// the parameters have no bytes.
Result<DeadLetter> letter_of(const CallTarget& target, const Arguments& arguments,
                             const CallOptions& options);

/// Keeps the letter if the call failed; not if it was cancelled.
void keep_if_failed(Api& api, DeadLetter letter, const CallEnd& end);

/// A receiver that does so before it tells `receiver` how the call ended.
std::shared_ptr<CallReceiver> with_letter(std::shared_ptr<CallReceiver> receiver, Api& api,
                                          DeadLetter letter);

}  // namespace modcomm::detail
