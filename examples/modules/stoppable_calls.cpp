#include "modules/stoppable_calls.hpp"

#include <utility>

#include "modules/messages.hpp"

namespace lab {

StoppableCalls::StoppableCalls(modcomm::Bus& bus, modcomm::Module module)
    : bus_(bus),
      module_(std::move(module)),
      subscription_(
          module_.subscribe("Control", "StopRequested", [this](const StopRequested&) { stop(); })
              .value()) {}

/// Either the one who stops finds the call, or the one who calls finds the stop.
void StoppableCalls::watch(modcomm::RequestId call) {
  {
    const std::scoped_lock lock(mutex_);
    current_ = call;
  }
  if (stopped()) cancel_current();
}

void StoppableCalls::stop() {
  stop_.request();
  cancel_current();
}

void StoppableCalls::cancel_current() {
  modcomm::RequestId call;
  {
    const std::scoped_lock lock(mutex_);
    call = current_;
  }
  const auto cancelled = bus_.cancel_call(call);
  if (!cancelled) return;  // it has ended by itself
}

}  // namespace lab
