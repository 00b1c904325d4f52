// Calls that become dead letters when they fail for good.
#pragma once

#include <memory>

#include <modcomm/call.hpp>
#include <modcomm/dead_letter.hpp>

namespace modcomm::detail {

class Api;
class LetterOffice;

/// A receiver that tells `receiver` how the call ended, and keeps a letter if that was a failure; not if it
/// was cancelled. invalid_argument / does_not_convert where the parameters have no bytes.
Result<std::shared_ptr<CallReceiver>> with_letter(std::shared_ptr<CallReceiver> receiver,
                                                  const CallTarget& target,
                                                  const Arguments& arguments,
                                                  const CallOptions& options,
                                                  std::shared_ptr<LetterOffice> office,
                                                  const Api& api, std::uint32_t redriven = 0);

}  // namespace modcomm::detail
