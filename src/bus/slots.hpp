// Places at which one thread at a time does the bus's work. A slot holds spare records, and shows
// to others what is being used: the route in hand and the subscription whose handler runs.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "bus/record_pool.hpp"

namespace modcomm::detail {

class Route;
class Subscriber;

struct alignas(64) Slot {
  std::atomic<bool> busy = false;
  std::atomic<const Subscriber*> running = nullptr;
  std::atomic<const Route*> route = nullptr;
  std::size_t number = 0;
  SpareBlocks spares;
};

class Slots {
 public:
  static constexpr std::size_t first_slots = 16;

  /// The first slots have numbers below first_slots, all others that one.
  Slots() noexcept {
    for (std::size_t i = 0; i < first_slots; ++i) first_[i].number = i;
  }
  Slots(const Slots&) = delete;
  Slots& operator=(const Slots&) = delete;
  ~Slots();

  /// A free slot, mostly the one that this thread had before.
  Slot& claim() {
    Slot& slot = first_[thread_number()];
    if (try_claim(slot)) [[likely]]
      return slot;
    return claim_other();
  }
  static void release(Slot& slot) noexcept { slot.busy.store(false, std::memory_order_release); }

  /// Calls `visit(const Slot&)` for every slot there is.
  template <class Visit>
  void for_each(Visit visit) const {
    for (const Slot& slot : first_) visit(slot);
    for (const More* more = more_.load(std::memory_order_acquire); more; more = more->next) {
      visit(more->slot);
    }
  }

 private:
  struct More {
    Slot slot;
    More* next = nullptr;
  };

  static bool try_claim(Slot& slot) noexcept {
    return !slot.busy.load(std::memory_order_relaxed) &&
           !slot.busy.exchange(true, std::memory_order_acquire);
  }
  /// Below first_slots; differs from thread to thread, mostly.
  static std::size_t thread_number() noexcept {
    static constinit thread_local const char anchor = 0;
    const auto address = reinterpret_cast<std::uintptr_t>(&anchor);
    return static_cast<std::size_t>((address >> 12U) * 0x9e3779b97f4a7c15U >> 60U);
  }
  Slot& claim_other();
  Slot& claim_more();

  std::array<Slot, first_slots> first_;
  std::atomic<More*> more_ = nullptr;  // grows at its head; owned
};

/// Holds a slot for as long as it lives.
class SlotLease {
 public:
  explicit SlotLease(Slots& slots) : slot_(slots.claim()) {}
  SlotLease(const SlotLease&) = delete;
  SlotLease& operator=(const SlotLease&) = delete;
  ~SlotLease() { Slots::release(slot_); }

  Slot& operator*() const noexcept { return slot_; }
  Slot* operator->() const noexcept { return &slot_; }

 private:
  Slot& slot_;
};

}  // namespace modcomm::detail
