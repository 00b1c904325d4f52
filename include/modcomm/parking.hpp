// modcomm/parking.hpp -- where one thread sleeps until another calls it.
//
//   modcomm::Parking parking;
//   std::thread worker([&] { clock->park_until(parking, modcomm::never); go_on(); });
//   parking.call();                  // whether the worker sleeps already or not
//
// It costs what the operating system's own wake-up costs: no mutex is passed from hand to hand.
//
// Threads.   Any thread calls; one thread at a time sleeps.
// Lifetime.  Until the sleeper has returned; a caller may still be on its way out of `call`.
// Errors.    Nothing throws.
#pragma once

#include <atomic>
#include <cstdint>

namespace modcomm {

class Parking {
 public:
  /// Wakes the sleeper. If nobody sleeps, the call is kept for the next one; a second one is not.
  void call() noexcept {
    if (word_.exchange(called, std::memory_order_acq_rel) == asleep) wake();
  }
  /// Whether there was a call; it is used up.
  bool take_call() noexcept { return word_.exchange(empty, std::memory_order_acq_rel) == called; }

  /// The word behind it, for clocks: 0 empty, 1 called, 2 asleep.
  enum State : std::uint32_t { empty, called, asleep };
  std::atomic<std::uint32_t>& word() noexcept { return word_; }

 private:
  void wake() noexcept;

  std::atomic<std::uint32_t> word_ = empty;
};

}  // namespace modcomm
