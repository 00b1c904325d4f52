// The rules of a circuit breaker, without threads: (state, input, now) -> (state, answer, changes).
//
// Closed, it opens after so many failures in a row, or when at least so many calls in the window
// failed, or were slow, at too high a rate; rates are looked at when a call fails or is slow. Open,
// it refuses calls for a time (open_time.hpp) and is then half open: some calls pass on trial
// (trials.hpp), and their results close it or open it again. Each change begins a new generation,
// and results of calls that were admitted in an older one are counted as late and dropped.
//
// The next try after failed trials is reckoned from the beginning of the youngest that failed, not
// from when that was found out: a dependency that hangs is tried as often as one that refuses.
#pragma once

#include <cstdint>
#include <optional>

#include "api/breaker_types.hpp"
#include "api/sliding_tallies.hpp"
#include "api/trials.hpp"
#include "core/random.hpp"
#include "core/ring.hpp"

namespace modcomm::detail {

/// What the shell saw without asking the core.
struct Observed {
  std::uint64_t succeeded = 0;         ///< Successes so far, of any generation.
  bool success_since_failure = false;  ///< In this generation.
};

class BreakerCore {
 public:
  BreakerCore(const BreakerOptions& options, std::uint64_t seed, SteadyTime now);

  /// Comes before each of the others.
  void observe(const Observed& observed) noexcept { observed_ = observed; }

  Admission admit(SteadyTime now, SteadyTime deadline);
  void record(const Permit& permit, const CallResult& result, SteadyTime now, Transitions& changes);
  void force(BreakerState to, SteadyTime now, Transitions& changes);
  void release(SteadyTime now, Transitions& changes);
  void reset(SteadyTime now, Transitions& changes);
  void configure(const BreakerOptions& options, SteadyTime now);

  BreakerState state() const noexcept { return state_; }
  std::uint64_t generation() const noexcept { return generation_; }
  SteadyTime next_try() const noexcept { return next_try_; }
  SteadyTime window_step_end() const noexcept { return window_.step_end(); }
  const BreakerOptions& options() const noexcept { return options_; }
  /// Whether permits of this generation are out that are no trials.
  bool passes() const noexcept {
    return state_ == BreakerState::closed || state_ == BreakerState::forced_closed;
  }

  /// Forgets what has slid out of the window.
  void advance(SteadyTime now) noexcept { window_.advance(now, totals()); }
  /// What the shell counted is missing.
  BreakerInfo info(Moment now) const;

 private:
  Admission refused(std::optional<SteadyTime> until, SteadyTime now);
  Admission try_one(SteadyTime now, SteadyTime deadline);
  void record_in_passing(const CallResult& result, SteadyTime now, Transitions& changes);
  void record_trial(std::uint32_t trial, const CallResult& result, SteadyTime now,
                    Transitions& changes);
  void count(const CallResult& result, SteadyTime now);
  void judge_trials(SteadyTime now, Transitions& changes);
  void expire_trials(SteadyTime now, Transitions& changes);
  std::optional<BreakerCause> reason_to_trip() const noexcept;
  void trip(BreakerCause cause, SteadyTime now, Transitions& changes);
  void trip_again(SteadyTime now, Transitions& changes);
  void half_open(SteadyTime now, Transitions& changes);
  void close(BreakerCause cause, SteadyTime now, Transitions& changes);
  void change(BreakerState to, BreakerCause cause, SteadyTime now, Transitions& changes);
  bool is_slow(const CallResult& result) const noexcept;
  Tallies totals() const noexcept;
  BreakerWindow window() const noexcept;

  BreakerOptions options_;
  Random random_;
  BreakerState state_ = BreakerState::closed;
  std::uint64_t generation_ = 1;
  SteadyTime since_{};
  SteadyTime next_try_ = never;
  SteadyTime outage_began_{};          // the last trip of a closed breaker
  std::uint32_t trips_in_outage_ = 0;  // without a real recovery between them
  std::uint32_t failures_in_row_ = 0;
  Trials trials_{};
  SlidingTallies window_{};
  Observed observed_{};
  BreakerCounts counts_{};
  std::optional<SteadyTime> last_success_{};
  std::optional<SteadyTime> last_failure_{};
  std::optional<Error> last_error_{};
  Ring<Transition> history_{};
};

}  // namespace modcomm::detail
