#include "api/breaker_core.hpp"

#include <algorithm>
#include <utility>

#include "api/open_time.hpp"

namespace modcomm::detail {

using std::chrono::nanoseconds;

namespace {

constexpr std::size_t kept_changes = 32;

double share(std::uint64_t part, std::uint64_t whole) noexcept {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

bool over(double rate, double limit) noexcept { return limit > 0 && rate >= limit; }

}  // namespace

BreakerCore::BreakerCore(const BreakerOptions& options, std::uint64_t seed, SteadyTime now)
    : options_(options), random_(seed), since_(now) {
  window_.restart(now, options_.window, totals());
}

// ---- calls begin

Admission BreakerCore::admit(SteadyTime now, SteadyTime deadline) {
  if (passes()) return {.granted = true, .permit = {generation_, 0}};
  if (state_ == BreakerState::forced_open) return refused(std::nullopt, now);
  Transitions changes;
  if (state_ == BreakerState::half_open) expire_trials(now, changes);
  if (state_ == BreakerState::open && now >= next_try_) half_open(now, changes);
  Admission admission =
      state_ == BreakerState::half_open ? try_one(now, deadline) : refused(next_try_, now);
  admission.changes = std::move(changes);
  return admission;
}

Admission BreakerCore::refused(std::optional<SteadyTime> until, SteadyTime now) {
  ++counts_.rejected;
  if (!until) return {};
  return {.retry_after = std::max(*until - now, nanoseconds(0))};
}

Admission BreakerCore::try_one(SteadyTime now, SteadyTime deadline) {
  // A call that is over already would only take a place, and fail.
  const auto trial = now < deadline ? trials_.start(now, deadline) : std::nullopt;
  if (!trial) return refused(trials_.next_place(now), now);
  return {.granted = true, .permit = {generation_, *trial}};
}

// ---- calls end

void BreakerCore::record(const Permit& permit, const CallResult& result, SteadyTime now,
                         Transitions& changes) {
  if (state_ == BreakerState::half_open) expire_trials(now, changes);
  if (permit.generation != generation_) {
    ++counts_.late;
  } else if (passes()) {
    record_in_passing(result, now, changes);
  } else {
    record_trial(permit.trial, result, now, changes);
  }
}

void BreakerCore::record_in_passing(const CallResult& result, SteadyTime now,
                                    Transitions& changes) {
  window_.advance(now, totals());
  count(result, now);
  if (state_ != BreakerState::closed) return;
  if (result.outcome == Outcome::success && !is_slow(result)) return;
  if (const auto cause = reason_to_trip()) trip(*cause, now, changes);
}

void BreakerCore::record_trial(std::uint32_t trial, const CallResult& result, SteadyTime now,
                               Transitions& changes) {
  const bool well = result.outcome == Outcome::success && !is_slow(result);
  const bool known = result.outcome == Outcome::ignored ? trials_.returned(trial)
                     : well                             ? trials_.succeeded(trial)
                                                        : trials_.failed(trial);
  if (!known) {
    ++counts_.late;
    return;
  }
  count(result, now);
  judge_trials(now, changes);
}

void BreakerCore::count(const CallResult& result, SteadyTime now) {
  switch (result.outcome) {
    case Outcome::success:
      ++counts_.succeeded;
      failures_in_row_ = 0;
      last_success_ = now;
      break;
    case Outcome::failure:
      ++counts_.failed;
      failures_in_row_ = observed_.success_since_failure ? 1 : failures_in_row_ + 1;
      last_failure_ = now;
      last_error_ = result.error != nullptr ? std::optional(*result.error) : std::nullopt;
      break;
    case Outcome::ignored:
      ++counts_.ignored;
      return;
  }
  if (is_slow(result)) ++counts_.slow;
}

bool BreakerCore::is_slow(const CallResult& result) const noexcept {
  return options_.slow_call > nanoseconds(0) && result.took >= options_.slow_call;
}

Tallies BreakerCore::totals() const noexcept {
  return {observed_.succeeded + counts_.succeeded + counts_.failed, counts_.failed, counts_.slow};
}

std::optional<BreakerCause> BreakerCore::reason_to_trip() const noexcept {
  if (options_.consecutive_failures > 0 && failures_in_row_ >= options_.consecutive_failures) {
    return BreakerCause::consecutive_failures;
  }
  const BreakerWindow seen = window();
  if (seen.calls < options_.minimum_calls) return std::nullopt;
  if (over(seen.failure_rate, options_.failure_rate)) return BreakerCause::failure_rate;
  if (over(seen.slow_rate, options_.slow_rate)) return BreakerCause::slow_rate;
  return std::nullopt;
}

// ---- trials

void BreakerCore::expire_trials(SteadyTime now, Transitions& changes) {
  counts_.expired_trials += trials_.expire(now);
  judge_trials(now, changes);
}

void BreakerCore::judge_trials(SteadyTime now, Transitions& changes) {
  switch (trials_.verdict()) {
    case Verdict::undecided:
      return;
    case Verdict::well:
      return close(BreakerCause::trials_succeeded, now, changes);
    case Verdict::ill:
      return trip_again(now, changes);
  }
}

void BreakerCore::half_open(SteadyTime now, Transitions& changes) {
  trials_.begin(options_.trial_calls, options_.failure_rate,
                open_time(options_, trips_in_outage_, now - outage_began_, random_));
  change(BreakerState::half_open, BreakerCause::open_time_over, now, changes);
}

// ---- changes

void BreakerCore::trip(BreakerCause cause, SteadyTime now, Transitions& changes) {
  if (now - since_ >= options_.window) trips_in_outage_ = 0;
  outage_began_ = now;
  next_try_ = after(now, open_time(options_, trips_in_outage_, nanoseconds(0), random_));
  ++trips_in_outage_;
  ++counts_.trips;
  change(BreakerState::open, cause, now, changes);
}

void BreakerCore::trip_again(SteadyTime now, Transitions& changes) {
  const SteadyTime tried = trials_.last_failed_began();
  next_try_ = after(tried, open_time(options_, trips_in_outage_, tried - outage_began_, random_));
  ++trips_in_outage_;
  ++counts_.trips;
  change(BreakerState::open, BreakerCause::trials_failed, now, changes);
}

void BreakerCore::close(BreakerCause cause, SteadyTime now, Transitions& changes) {
  change(BreakerState::closed, cause, now, changes);
}

void BreakerCore::change(BreakerState to, BreakerCause cause, SteadyTime now,
                         Transitions& changes) {
  const Transition transition{now, ++generation_, state_, to, cause};
  state_ = to;
  since_ = now;
  failures_in_row_ = 0;
  window_.restart(now, options_.window, totals());
  if (history_.size() == kept_changes) history_.pop_front();
  history_.push_back(transition);
  changes.push_back(transition);
}

void BreakerCore::force(BreakerState to, SteadyTime now, Transitions& changes) {
  if (state_ != to) change(to, BreakerCause::forced, now, changes);
}

void BreakerCore::release(SteadyTime now, Transitions& changes) {
  if (state_ != BreakerState::forced_open && state_ != BreakerState::forced_closed) return;
  trips_in_outage_ = 0;
  close(BreakerCause::released, now, changes);
}

void BreakerCore::reset(SteadyTime now, Transitions& changes) {
  trips_in_outage_ = 0;
  failures_in_row_ = 0;
  window_.restart(now, options_.window, totals());
  const bool opened = state_ == BreakerState::open || state_ == BreakerState::half_open;
  if (opened) close(BreakerCause::reset, now, changes);
}

void BreakerCore::configure(const BreakerOptions& options, SteadyTime now) {
  const bool other_window = options.window != options_.window;
  options_ = options;
  if (other_window) window_.restart(now, options_.window, totals());
}

// ---- what is seen

BreakerInfo BreakerCore::info(Moment now) const {
  const auto wall = [&](SteadyTime time) { return now.wall - (now.steady - time); };
  const auto wall_if = [&](const std::optional<SteadyTime>& time) {
    return time ? std::optional(wall(*time)) : std::nullopt;
  };
  BreakerInfo info{.state = state_,
                   .since = wall(since_),
                   .generation = generation_,
                   .counts = counts_,
                   .window = window(),
                   .consecutive_failures = observed_.success_since_failure ? 0 : failures_in_row_,
                   .trials = state_ == BreakerState::half_open ? trials_.under_way() : 0,
                   .last_success = wall_if(last_success_),
                   .last_failure = wall_if(last_failure_),
                   .last_error = last_error_ ? last_error_->to_string() : ""};
  if (state_ == BreakerState::open) info.next_try = wall(next_try_);
  for (std::size_t i = 0; i < history_.size(); ++i) {
    const Transition& change = history_[i];
    info.history.push_back({wall(change.time), change.from, change.to, change.cause});
  }
  return info;
}

BreakerWindow BreakerCore::window() const noexcept {
  const Tallies seen = window_.since_oldest(totals());
  return {seen.calls, seen.failed, seen.slow, share(seen.failed, seen.calls),
          share(seen.slow, seen.calls)};
}

}  // namespace modcomm::detail
