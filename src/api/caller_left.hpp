// A call that a handler makes ends when nobody waits any more for that handler.
#pragma once

#include <memory>
#include <string_view>

#include <modcomm/call.hpp>

#include "api/call_flow.hpp"
#include "api/stop_signal.hpp"

namespace modcomm::detail {

/// Tells that nobody waits for the handler in which the call is made; null: it is made in none, or
/// goes on without it.
inline StopSignal* stop_of_caller(const CallPlan& plan, const CallOptions& options) noexcept {
  const CallContext* const outer = plan.ids.outer();
  return outer == nullptr || options.background ? nullptr : outer->stop_signal();
}

/// Why the call ends then.
Error nobody_waits(std::string_view operation);

/// Ends a call, if it is still there. On the thread that stops the handler, which may be the last to
/// let go of the call.
template <class Call>
struct CallerLeft {
  std::weak_ptr<Call> call;
  void operator()() const {
    if (const auto left = call.lock()) left->end(nobody_waits(left->operation_name()));
  }
};

}  // namespace modcomm::detail
