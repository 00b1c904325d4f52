#include "api/breaker.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "core/duration_text.hpp"

namespace modcomm::detail {

using std::chrono::nanoseconds;

namespace {

std::int64_t ticks(SteadyTime time) noexcept { return time.time_since_epoch().count(); }

bool passes(BreakerState state) noexcept {
  return state == BreakerState::closed || state == BreakerState::forced_closed;
}

}  // namespace

Breaker::Breaker(const BreakerOptions& options, std::uint64_t seed, SteadyTime now)
    : core_(BreakerCore(options, seed, now)) {
  publish(*core_.lock());
}

Admission Breaker::admit(SteadyTime now, SteadyTime deadline) {
  const std::uint64_t word = word_.load(std::memory_order_acquire);
  const BreakerState state = state_of(word);
  if (passes(state)) return {.granted = true, .permit = {generation_of(word), 0}};
  if (state == BreakerState::open) {
    const std::int64_t wait = next_try_.load(std::memory_order_relaxed) - ticks(now);
    if (wait > 0) {
      stripes_.rejected();
      return {.retry_after = nanoseconds(wait)};
    }
  }
  if (state == BreakerState::forced_open) {
    stripes_.rejected();
    return {};
  }
  const auto core = core_.lock();
  core->observe(observed(core->generation()));
  Admission admission = core->admit(now, deadline);
  publish(*core);
  return admission;
}

Transitions Breaker::record(const Permit& permit, const CallResult& result, SteadyTime now) {
  if (count_without_lock(permit, result, now)) return {};
  return changed([&](BreakerCore& core, Transitions& changes) {
    const bool current = permit.generation == core.generation() && core.passes();
    if (current && result.outcome == Outcome::failure) core.observe(observed_failure(permit));
    if (current && result.outcome == Outcome::success) forget_failure(permit.generation);
    core.record(permit, result, now, changes);
  });
}

/// Asks for a success since the last failure and marks this one in one step: a success that comes
/// at the same time is either before it or after it.
Observed Breaker::observed_failure(const Permit& permit) noexcept {
  const std::uint64_t last = failing_.exchange(permit.generation, std::memory_order_relaxed);
  return {.succeeded = stripes_.sum_succeeded(),
          .success_since_failure = last != permit.generation};
}

/// Successes and ignored results of a breaker that lets calls pass, unless they are slow or the
/// first in a new step of the window.
bool Breaker::count_without_lock(const Permit& permit, const CallResult& result,
                                 SteadyTime now) noexcept {
  const std::uint64_t word = word_.load(std::memory_order_acquire);
  if (!passes(state_of(word)) || generation_of(word) != permit.generation) return false;
  if (result.outcome == Outcome::ignored) {
    stripes_.ignored();
    return true;
  }
  if (result.outcome == Outcome::failure ||
      result.took.count() >= slow_call_.load(std::memory_order_relaxed) ||
      ticks(now) >= window_step_end_.load(std::memory_order_relaxed)) {
    return false;
  }
  stripes_.succeeded(now);
  if (last_failed(permit.generation)) forget_failure(permit.generation);
  return true;
}

void Breaker::forget_failure(std::uint64_t generation) noexcept {
  failing_.compare_exchange_strong(generation, 0, std::memory_order_relaxed);
}

Observed Breaker::observed(std::uint64_t generation) const noexcept {
  return {.succeeded = stripes_.sum_succeeded(), .success_since_failure = !last_failed(generation)};
}

template <class Change>
Transitions Breaker::changed(Change change) {
  Transitions changes;
  const auto core = core_.lock();
  core->observe(observed(core->generation()));
  change(*core, changes);
  publish(*core);
  return changes;
}

void Breaker::publish(const BreakerCore& core) noexcept {
  const nanoseconds slow_call = core.options().slow_call;
  slow_call_.store(slow_call > nanoseconds(0) ? slow_call.count() : nanoseconds::max().count(),
                   std::memory_order_relaxed);
  window_step_end_.store(ticks(core.window_step_end()), std::memory_order_relaxed);
  next_try_.store(ticks(core.next_try()), std::memory_order_relaxed);
  word_.store(core.generation() << state_bits | static_cast<std::uint64_t>(core.state()),
              std::memory_order_release);
}

Transitions Breaker::force_open(SteadyTime now) {
  return changed([&](BreakerCore& core, Transitions& changes) {
    core.force(BreakerState::forced_open, now, changes);
  });
}

Transitions Breaker::force_closed(SteadyTime now) {
  return changed([&](BreakerCore& core, Transitions& changes) {
    core.force(BreakerState::forced_closed, now, changes);
  });
}

Transitions Breaker::release(SteadyTime now) {
  return changed([&](BreakerCore& core, Transitions& changes) { core.release(now, changes); });
}

Transitions Breaker::reset(SteadyTime now) {
  return changed([&](BreakerCore& core, Transitions& changes) { core.reset(now, changes); });
}

void Breaker::configure(const BreakerOptions& options, SteadyTime now) {
  changed([&](BreakerCore& core, Transitions&) { core.configure(options, now); });
}

BreakerOptions Breaker::options() const { return core_.lock()->options(); }

BreakerInfo Breaker::info(Moment now) const {
  BreakerCore core = *core_.lock();
  core.observe(observed(core.generation()));
  core.advance(now.steady);
  BreakerInfo info = core.info(now);
  const Stripes::Counts counted = stripes_.sum();
  info.counts.succeeded += counted.succeeded;
  info.counts.ignored += counted.ignored;
  info.counts.rejected += counted.rejected;
  if (counted.last_success > std::numeric_limits<std::int64_t>::min()) {
    const SteadyTime last{nanoseconds(counted.last_success)};
    const WallTime wall = now.wall - (now.steady - last);
    info.last_success = std::max(info.last_success.value_or(wall), wall);
  }
  return info;
}

Error circuit_open_error(std::string_view operation, const Admission& refused) {
  std::string message("operation '");
  message.append(operation).append("' is not called: its breaker is open");
  if (!refused.retry_after) {
    message.append(" by force; release it to call again");
    return {Code::unavailable, reason::circuit_open, std::move(message)};
  }
  message.append(" after failures; it may be tried again in ");
  message.append(rounded(*refused.retry_after));
  return Error(Code::unavailable, reason::circuit_open, std::move(message))
      .with_retry_after(*refused.retry_after);
}

}  // namespace modcomm::detail
