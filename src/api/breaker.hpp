// The circuit breaker of one operation.
//
//   auto admission = breaker.admit(now, deadline);
//   tell(admission.changes);
//   if (!admission.granted) return circuit_open_error(name, admission);
//   ...
//   tell(breaker.record(admission.permit, {.outcome = outcome_of(error), .took = took,
//                                          .error = &error}, now));
//
// The rules stand in breaker_core.hpp; this shell lets calls through a closed breaker, and refuses
// them at an open one, without a lock.
//
// Threads.   Everything from any thread. An admission by a closed breaker writes nothing; a
//            success writes to one of a few counters, by thread. Failures, slow calls and trial
//            calls meet at a mutex.
// Order.     What the lock decides is exact. A success that is recorded at the very moment at
//            which the state changes may count in the window after the change.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "api/breaker_core.hpp"
#include "api/stripes.hpp"
#include "core/guarded.hpp"

namespace modcomm::detail {

class Breaker {
 public:
  /// The options must be valid. `seed` is for the jitter of open times.
  Breaker(const BreakerOptions& options, std::uint64_t seed, SteadyTime now);
  Breaker(const Breaker&) = delete;
  Breaker& operator=(const Breaker&) = delete;
  ~Breaker() = default;

  /// `deadline` is that of the attempt: a trial call without a result by then has failed.
  Admission admit(SteadyTime now, SteadyTime deadline);

  /// Every granted call comes back here once; one that never does costs at most a trial.
  Transitions record(const Permit& permit, const CallResult& result, SteadyTime now);

  /// Until `release`.
  Transitions force_open(SteadyTime now);
  Transitions force_closed(SteadyTime now);
  /// Ends a forced state: the breaker is closed and has forgotten what was.
  Transitions release(SteadyTime now);
  /// Closes an open breaker and forgets failures; a forced state stays.
  Transitions reset(SteadyTime now);

  /// The options must be valid. Another window begins empty; open times, leases and trials that
  /// have begun stay as they are.
  void configure(const BreakerOptions& options, SteadyTime now);
  BreakerOptions options() const;

  BreakerState state() const noexcept { return state_of(word_.load(std::memory_order_acquire)); }
  BreakerInfo info(Moment now) const;

 private:
  static constexpr unsigned state_bits = 3;
  static BreakerState state_of(std::uint64_t word) noexcept {
    return static_cast<BreakerState>(word & ((1U << state_bits) - 1));
  }
  static std::uint64_t generation_of(std::uint64_t word) noexcept { return word >> state_bits; }

  bool count_without_lock(const Permit& permit, const CallResult& result, SteadyTime now) noexcept;
  template <class Change>
  Transitions changed(Change change);
  Observed observed(std::uint64_t generation) const noexcept;
  bool last_failed(std::uint64_t generation) const noexcept {
    return failing_.load(std::memory_order_relaxed) == generation;
  }
  Observed observed_failure(const Permit& permit) noexcept;
  void forget_failure(std::uint64_t generation) noexcept;
  void publish(const BreakerCore& core) noexcept;

  // Copies of what the core decided, for those who do not take the lock.
  std::atomic<std::uint64_t> word_{0};  // generation and state
  std::atomic<std::int64_t> next_try_{0};
  std::atomic<std::int64_t> window_step_end_{0};
  std::atomic<std::int64_t> slow_call_{0};
  // The generation in which the last result was a failure, or 0.
  std::atomic<std::uint64_t> failing_{0};

  Stripes stripes_{};
  Guarded<BreakerCore> core_;
};

}  // namespace modcomm::detail
