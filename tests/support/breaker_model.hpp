// A circuit breaker that keeps everything it ever heard and looks through all of it for each
// answer: slow, plain, without jitter. It is what the real one is held against.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "api/breaker_types.hpp"

namespace modcomm::detail {

class BreakerModel {
 public:
  BreakerModel(const BreakerOptions& options, SteadyTime now) : options_(options), since_(now) {}

  struct Answer {
    bool granted = false;
    Permit permit{};
    std::optional<std::chrono::nanoseconds> retry_after{};
  };

  Answer admit(SteadyTime now, SteadyTime deadline) {
    end_leases(now);
    if (state == BreakerState::open && now >= next_try) enter(BreakerState::half_open, now);
    if (state == BreakerState::closed) return {true, {generation, 0}, {}};
    if (state == BreakerState::open) return {false, {}, next_try - now};
    return admit_trial(now, deadline);
  }

  void record(const Permit& permit, Outcome outcome, std::chrono::nanoseconds took,
              SteadyTime now) {
    end_leases(now);
    const bool slow = options_.slow_call.count() > 0 && took >= options_.slow_call;
    if (permit.generation != generation) {
      ++late;
    } else if (state == BreakerState::closed) {
      calls_.push_back({now, outcome, slow});
      if (outcome == Outcome::failure || (outcome == Outcome::success && slow)) look(now);
    } else {
      record_trial(permit.trial, outcome, slow, now);
    }
  }

  BreakerState state = BreakerState::closed;
  std::uint64_t generation = 1;
  SteadyTime next_try = never;
  std::uint64_t late = 0;

 private:
  struct Call {
    SteadyTime time;
    Outcome outcome;
    bool slow;
  };
  enum class Fate { under_way, well, ill, gone };
  struct Trial {
    SteadyTime began;
    SteadyTime lease_end;
    Fate fate;
  };

  void enter(BreakerState next, SteadyTime now) {
    state = next;
    ++generation;
    since_ = now;
    calls_.clear();
    trials_.clear();
    if (next == BreakerState::half_open) patience_ = open_time(now - first_trip_);
  }

  // ---- closed

  int in_a_row() const {
    int row = 0;
    for (const Call& call : calls_) {
      if (call.outcome == Outcome::success) row = 0;
      if (call.outcome == Outcome::failure) ++row;
    }
    return row;
  }

  void look(SteadyTime now) {
    const auto step = options_.window / 10;
    double all = 0;
    double failed = 0;
    double slow = 0;
    for (const Call& call : calls_) {
      if (call.outcome == Outcome::ignored) continue;
      if ((call.time - since_) / step <= (now - since_) / step - 10) continue;
      all += 1;
      failed += call.outcome == Outcome::failure ? 1 : 0;
      slow += call.slow ? 1 : 0;
    }
    const bool enough = all >= options_.minimum_calls;
    if ((options_.consecutive_failures > 0 &&
         in_a_row() >= static_cast<int>(options_.consecutive_failures)) ||
        (enough && options_.failure_rate > 0 && failed / all >= options_.failure_rate) ||
        (enough && options_.slow_rate > 0 && slow / all >= options_.slow_rate)) {
      trip(now, now);
    }
  }

  // ---- open

  std::chrono::nanoseconds open_time(std::chrono::nanoseconds outage) const {
    auto time = static_cast<double>(options_.open_for.count());
    for (int i = 0; i < trips_; ++i) time *= options_.growth;
    time = std::min(time, static_cast<double>(options_.max_open.count()));
    time = std::min(time, std::max(2.0 * static_cast<double>(options_.open_for.count()),
                                   static_cast<double>(outage.count()) / 3));
    return std::chrono::nanoseconds(static_cast<std::int64_t>(time));
  }

  void trip(SteadyTime from, SteadyTime now) {
    if (state == BreakerState::closed) {
      if (now - since_ >= options_.window) trips_ = 0;
      first_trip_ = now;
    }
    next_try = from + open_time(from - first_trip_);
    ++trips_;
    enter(BreakerState::open, now);
  }

  // ---- half open

  Answer admit_trial(SteadyTime now, SteadyTime deadline) {
    std::uint32_t taken = 0;
    SteadyTime free_at = never;
    for (const Trial& trial : trials_) {
      if (trial.fate == Fate::gone) continue;
      if (trial.fate == Fate::under_way) {
        if (trial.began + patience_ <= now) continue;
        free_at = std::min({free_at, trial.began + patience_, trial.lease_end});
      }
      ++taken;
    }
    if (taken >= options_.trial_calls || deadline <= now) return {false, {}, free_at - now};
    trials_.push_back({now, deadline, Fate::under_way});
    return {true, {generation, static_cast<std::uint32_t>(trials_.size())}, {}};
  }

  void fail(Trial& trial) {
    const bool overtaken = std::any_of(&trial + 1, trials_.data() + trials_.size(),
                                       [](const Trial& later) { return later.fate == Fate::well; });
    trial.fate = overtaken ? Fate::gone : Fate::ill;
  }

  void record_trial(std::uint32_t number, Outcome outcome, bool slow, SteadyTime now) {
    Trial& trial = trials_.at(number - 1);
    if (trial.fate != Fate::under_way) {
      ++late;
    } else if (outcome == Outcome::ignored) {
      trial.fate = Fate::gone;
    } else if (outcome == Outcome::success && !slow) {
      trial.fate = Fate::well;
    } else {
      fail(trial);
    }
    decide(now);
  }

  void end_leases(SteadyTime now) {
    if (state != BreakerState::half_open) return;
    for (Trial& trial : trials_) {
      if (trial.fate == Fate::under_way && trial.lease_end <= now) fail(trial);
    }
    decide(now);
  }

  void decide(SteadyTime now) {
    std::uint32_t well = 0;
    std::uint32_t ill = 0;
    SteadyTime last_ill{};
    for (const Trial& trial : trials_) {
      if (trial.fate == Fate::well) ++well;
      if (trial.fate != Fate::ill) continue;
      ++ill;
      last_ill = trial.began;
    }
    const double wanted = std::max(1.0, std::ceil(options_.failure_rate * options_.trial_calls));
    if (ill >= wanted) return trip(last_ill, now);
    if (options_.trial_calls - well < wanted) enter(BreakerState::closed, now);
  }

  BreakerOptions options_;
  SteadyTime since_;
  SteadyTime first_trip_{};
  int trips_ = 0;
  std::chrono::nanoseconds patience_{0};
  std::vector<Call> calls_{};
  std::vector<Trial> trials_{};
};

}  // namespace modcomm::detail
