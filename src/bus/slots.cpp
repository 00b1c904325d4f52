#include "bus/slots.hpp"

namespace modcomm::detail {

Slots::~Slots() {
  for (Slot& slot : first_) RecordPool::clear(slot.spares);
  for (More* more = more_.load(); more != nullptr;) {
    const std::unique_ptr<More> owned(more);
    RecordPool::clear(owned->slot.spares);
    more = owned->next;
  }
}

Slot& Slots::claim_other(std::uintptr_t thread) {
  const std::size_t first = preferred(thread);
  for (std::size_t i = 0; i < first_slots; ++i) {
    const std::size_t place = (first + i) % first_slots;
    if (acquire(first_[place], owners_[place], thread)) return occupy(first_[place]);
  }
  return claim_more(thread);
}

Slot& Slots::claim_more(std::uintptr_t thread) {
  for (More* more = more_.load(std::memory_order_acquire); more != nullptr; more = more->next) {
    if (acquire(more->slot, more->owner, thread)) return occupy(more->slot);
  }
  auto fresh = std::make_unique<More>();
  fresh->owner.store(thread, std::memory_order_relaxed);
  fresh->slot.busy.store(true, std::memory_order_relaxed);
  fresh->slot.number = first_slots;
  fresh->next = more_.load(std::memory_order_relaxed);
  while (!more_.compare_exchange_weak(fresh->next, fresh.get(), std::memory_order_release)) {
  }
  return fresh.release()->slot;
}

}  // namespace modcomm::detail
