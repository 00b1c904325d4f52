#include "bus/dispatch.hpp"

#include "bus/channel.hpp"
#include "core/os_barrier.hpp"

namespace modcomm::detail {

/// The subscriber is shown before its state is asked: whoever closes it either sees it shown, or is
/// seen to have closed it.
std::size_t Dispatch::run_from(std::size_t first, const Route& route, Context& context, Slot& slot,
                               bool& matched) {
  std::size_t at = first;
  const std::size_t count = route.subscribers.size();
  try {
    for (; at < count; ++at) {
      Subscriber& subscriber = *route.subscribers[at];
      slot.running.store(&subscriber, std::memory_order_release);
      light_barrier();
      if (context.idle_waiters.load(std::memory_order_relaxed) != 0) context.wake_waiters();
      if (subscriber.is_plain() && message_.target().empty()) [[likely]] {
        matched = true;
        subscriber.handle(message_);
      } else if (subscriber.handle_with_care(message_, *message_.record_)) {
        matched = true;
      }
    }
  } catch (...) {
    route.subscribers[at]->count_failure(message_);
    ++at;
  }
  return at;
}

bool Dispatch::to_route(const Route& route, Context& context, Slot& slot) {
  bool matched = false;
  for (std::size_t at = 0; at < route.subscribers.size();) {
    at = run_from(at, route, context, slot, matched);
  }
  return matched;
}

Ran Dispatch::to_one(Subscriber& subscriber, Context& context, Slot& slot) {
  slot.running.store(&subscriber, std::memory_order_release);
  light_barrier();
  if (context.idle_waiters.load(std::memory_order_relaxed) != 0) context.wake_waiters();
  if (!subscriber.active()) return Ran::cancelled;
  try {
    subscriber.handle(message_);
    return Ran::succeeded;
  } catch (...) {
    subscriber.count_failure(message_);
    return Ran::failed;
  }
}

void Dispatch::rest(Context& context, Slot& slot) noexcept {
  slot.running.store(nullptr, std::memory_order_release);
  slot.route.store(nullptr, std::memory_order_release);
  light_barrier();
  if (context.idle_waiters.load(std::memory_order_relaxed) != 0) context.wake_waiters();
}

void Dispatch::finish(Record* record, Channel& channel) noexcept {
  if (record->references.load(std::memory_order_acquire) != 1) {
    record->keeper = channel.shared_from_this();
  }
  release(record);
}

}  // namespace modcomm::detail
