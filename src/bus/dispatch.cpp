#include "bus/dispatch.hpp"

#include <utility>

#include "bus/channel.hpp"
#include "bus/extra.hpp"

namespace modcomm::detail {

/// Returns behind the last one that ran; that is the end unless one threw.
const Route::Stop* Dispatch::run_from(const Route::Stop* stop, const Route::Stop* const end,
                                      bool careful, Slot& slot, Run& run) {
  bool any = false;
  try {
    for (; stop != end; ++stop) {
      run.context.show(slot, stop->subscriber);
      const SteadyTime ends = std::exchange(run.looked_at, run.expires);
      const bool in_time = ends == never || run.context.clock->now().steady < ends;
      if (!careful && in_time && stop->handler->gate.load(std::memory_order_acquire) == 0)
          [[likely]] {
        any = true;
        stop->invoke(*stop->handler, message_);
      } else {
        any |= stop->subscriber->handle_with_care(message_, *message_.record_);
      }
    }
  } catch (...) {
    stop->subscriber->count_failure(message_);
    any = true;
    ++stop;
  }
  run.matched |= any;
  return stop;
}

bool Dispatch::to_route(const Route& route, Context& context, Slot& slot) {
  Run run{.context = context, .expires = message_.record_->expires};
  const bool careful = !message_.target().empty();
  const Route::Stop* stop = route.stops().data();
  const Route::Stop* const end = stop + route.stops().size();
  while (stop != end) stop = run_from(stop, end, careful, slot, run);
  return run.matched;
}

Ran Dispatch::to_one(Subscriber& subscriber, Context& context, Slot& slot) {
  context.show(slot, &subscriber);
  if (!subscriber.active()) return Ran::cancelled;
  try {
    subscriber.run(message_);
    return Ran::succeeded;
  } catch (...) {
    subscriber.count_failure(message_);
    return Ran::failed;
  }
}

void Dispatch::rest(Context& context, Slot& slot) noexcept {
  slot.route.store(nullptr, std::memory_order_release);
  context.show(slot, nullptr);
}

void Dispatch::finish(Record* record, Channel& channel, Slot& slot) noexcept {
  if (record->references.load(std::memory_order_acquire) == 1) return destroy(record, slot);
  if (record->keeper == nullptr) record->keeper = channel.shared_from_this();
  release(record);
}

void destroy(Record* record, Slot& slot) noexcept {
  if (record->payload != nullptr) destroy_payload(*record->payload, record->storage());
  Channel& channel = record->type->channel();
  if (const std::unique_ptr<Extra> extra(record->extra); extra && extra->own_type) {
    channel.routing().retire(*extra->own_type);
  }
  channel.context()->pool.give(slot.spares, record);
}

}  // namespace modcomm::detail
