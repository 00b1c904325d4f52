// How many are inside, and nobody new once it is closed.
//
// Threads.   Everything from any thread. Entering and leaving cost one locked step each.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>

#include <modcomm/executor.hpp>

namespace modcomm::detail {

class InFlight {
 public:
  /// False once it is closed.
  bool enter() noexcept {
    if ((word_.fetch_add(1, std::memory_order_acq_rel) & closed_bit) == 0) return true;
    leave();
    return false;
  }
  void leave() noexcept {
    if (word_.fetch_sub(1, std::memory_order_acq_rel) == closed_bit + 1) tell_empty();
  }

  /// False if it was closed before.
  bool close() noexcept {
    return (word_.fetch_or(closed_bit, std::memory_order_acq_rel) & closed_bit) == 0;
  }
  bool closed() const noexcept { return (word_.load(std::memory_order_acquire) & closed_bit) != 0; }
  std::uint64_t inside() const noexcept {
    return word_.load(std::memory_order_acquire) & ~closed_bit;
  }

  /// Waits until nobody is inside, which must be closed; false at the deadline.
  bool wait_until_empty(Executor& executor, SteadyTime deadline) {
    std::unique_lock lock(mutex_);
    bool in_time = true;
    while (inside() > 0 && in_time) in_time = executor.wait_until(lock, empty_, deadline);
    return inside() == 0;
  }

 private:
  static constexpr std::uint64_t closed_bit = std::uint64_t{1} << 63U;

  void tell_empty() noexcept {
    const std::lock_guard lock(mutex_);
    empty_.notify_all();
  }

  std::atomic<std::uint64_t> word_ = 0;
  std::mutex mutex_;
  std::condition_variable empty_;
};

/// Is inside for as long as it lives, if `entered`.
class InFlightLease {
 public:
  explicit InFlightLease(InFlight& in_flight) noexcept
      : in_flight_(in_flight), entered_(in_flight.enter()) {}
  InFlightLease(const InFlightLease&) = delete;
  InFlightLease& operator=(const InFlightLease&) = delete;
  ~InFlightLease() {
    if (entered_) in_flight_.leave();
  }
  bool entered() const noexcept { return entered_; }

 private:
  InFlight& in_flight_;
  const bool entered_;
};

}  // namespace modcomm::detail
