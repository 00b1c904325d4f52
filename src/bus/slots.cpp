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

Slot& Slots::claim_other() {
  const std::size_t preferred = thread_number();
  for (std::size_t i = 1; i < first_slots; ++i) {
    Slot& slot = first_[(preferred + i) % first_slots];
    if (try_claim(slot)) return slot;
  }
  return claim_more();
}

Slot& Slots::claim_more() {
  for (More* more = more_.load(std::memory_order_acquire); more != nullptr; more = more->next) {
    if (try_claim(more->slot)) return more->slot;
  }
  auto fresh = std::make_unique<More>();
  fresh->slot.busy.store(true, std::memory_order_relaxed);
  fresh->slot.number = first_slots;
  fresh->next = more_.load(std::memory_order_relaxed);
  while (!more_.compare_exchange_weak(fresh->next, fresh.get(), std::memory_order_release)) {
  }
  return fresh.release()->slot;
}

}  // namespace modcomm::detail
