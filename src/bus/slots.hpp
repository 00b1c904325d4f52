// Places at which one thread at a time does the bus's work. A slot holds spare records, and shows
// to others what is being used: the route in hand, whose handler runs, and what is being read.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "bus/record_pool.hpp"

namespace modcomm::detail {

class Route;

/// What has a handler: a slot shows it while that runs.
struct HandlerOwner {};

struct alignas(64) Slot {
  std::atomic<bool> busy = false;  // written by its owner
  std::atomic<const HandlerOwner*> running = nullptr;
  std::atomic<const Route*> route = nullptr;
  std::atomic<bool> reading = false;  // what a ReadMostly guards
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

  /// A free slot of this thread's; the first claim makes it so, and no other thread takes it.
  Slot& claim() {
    const std::uintptr_t thread = this_thread();
    const std::size_t place = preferred(thread);
    if (is_free(first_[place], owners_[place], thread)) [[likely]]
      return occupy(first_[place]);
    return claim_other(thread);
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
  using Owner = std::atomic<std::uintptr_t>;  // the thread that may use a slot; 0: nobody yet

  struct More {
    Owner owner = 0;
    Slot slot;
    More* next = nullptr;
  };

  /// Differs among threads that live; one that comes later may inherit the slots of one that went.
  static std::uintptr_t this_thread() noexcept {
    static constinit thread_local const char anchor = 0;
    return reinterpret_cast<std::uintptr_t>(&anchor);
  }
  /// Below first_slots; differs from thread to thread, mostly.
  static std::size_t preferred(std::uintptr_t thread) noexcept {
    return static_cast<std::size_t>((thread >> 12U) * 0x9e3779b97f4a7c15U >> 60U);
  }
  static bool is_free(const Slot& slot, const Owner& owner, std::uintptr_t thread) noexcept {
    return owner.load(std::memory_order_relaxed) == thread &&
           !slot.busy.load(std::memory_order_acquire);
  }
  static Slot& occupy(Slot& slot) noexcept {
    slot.busy.store(true, std::memory_order_relaxed);
    return slot;
  }
  /// Makes a slot that nobody owns this thread's; true if it is free for it.
  static bool acquire(const Slot& slot, Owner& owner, std::uintptr_t thread) noexcept {
    std::uintptr_t nobody = 0;
    if (owner.load(std::memory_order_relaxed) == nobody) {
      owner.compare_exchange_strong(nobody, thread, std::memory_order_relaxed);
    }
    return is_free(slot, owner, thread);
  }
  Slot& claim_other(std::uintptr_t thread);
  Slot& claim_more(std::uintptr_t thread);

  std::array<Slot, first_slots> first_;
  std::array<Owner, first_slots> owners_{};  // apart, for those who look for theirs
  std::atomic<More*> more_ = nullptr;        // grows at its head; owned
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
