// modcomm/clock.hpp -- the one seam through which the library sees time.
//
//   auto clock = modcomm::system_clock();
//   modcomm::Moment now = clock->now();
//   if (now.steady >= deadline) give_up();
//
// Time-outs and windows use `steady`, stamps use `wall`. Tests pass a ManualClock
// (modcomm/simulation.hpp).
//
// Threads.   Every member may be called from any thread.
// Lifetime.  Whoever uses a clock holds it by shared_ptr.
// Errors.    Nothing throws.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>

#include <modcomm/parking.hpp>

namespace modcomm {

using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;
using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::nanoseconds>;

/// The same instant on both time lines.
struct Moment {
  SteadyTime steady{};  ///< Never goes back; meaningless outside this machine.
  WallTime wall{};      ///< Coordinated universal time; may jump when somebody sets the clock.
};

/// A deadline that never comes.
inline constexpr SteadyTime never = SteadyTime::max();

/// `start + delay`, or `never` where that would overflow.
constexpr SteadyTime after(SteadyTime start, std::chrono::nanoseconds delay) noexcept {
  return delay >= never - start ? never : start + delay;
}

/// Tells the time and waits for it.
class Clock {
 public:
  virtual ~Clock() = default;

  virtual Moment now() noexcept = 0;

  /// Waits on `changed` until notified or until `deadline`; may wake early for no reason.
  /// False once the deadline has come.
  virtual bool wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable& changed,
                          SteadyTime deadline) = 0;

  /// Sleeps until called or until `deadline`; false once the deadline has come without a call.
  virtual bool park_until(Parking& parking, SteadyTime deadline) = 0;
};

/// The machine's clocks. `wall` follows the steady clock between two readings of the system clock,
/// which are at most a millisecond apart.
std::shared_ptr<Clock> system_clock();

}  // namespace modcomm
