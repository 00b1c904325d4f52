#include "api/retry.hpp"

#include <algorithm>
#include <cmath>

namespace modcomm::detail {

using std::chrono::nanoseconds;

namespace {

bool burdened_somebody(const Error& error) noexcept {
  return error.retry() != Retry::no && error.reason() != reason::circuit_open;
}

nanoseconds up_to(nanoseconds most, Random& random) noexcept {
  const auto bound = static_cast<std::uint64_t>(std::max<nanoseconds::rep>(0, most.count()));
  return nanoseconds(static_cast<nanoseconds::rep>(random.below(bound + 1)));
}

/// Whether a retry after `delay` begins before the deadline, and can be expected to end by then.
bool fits(const FailedAttempt& failed, nanoseconds delay) noexcept {
  const SteadyTime start = after(failed.now, delay);
  return start < failed.deadline &&
         (failed.deadline == never || after(start, failed.expected_duration) <= failed.deadline);
}

}  // namespace

RetryDecision RetryPolicy::after_failure(const FailedAttempt& failed, RetryBudget& budget,
                                         Random& random) const noexcept {
  if (burdened_somebody(failed.error)) budget.failed();
  if (const auto why = forbidden(failed)) return {.why = *why};
  if (!budget.allows()) return {.why = GiveUp::budget};
  const nanoseconds delay = delay_before(failed, random);
  if (!fits(failed, delay)) return {.why = GiveUp::deadline};
  return {.again_at = after(failed.now, delay)};
}

std::optional<GiveUp> RetryPolicy::forbidden(const FailedAttempt& failed) const noexcept {
  if (options_.retries == 0) return GiveUp::off;
  if (failed.error.retry() == Retry::no) return GiveUp::not_retryable;
  const bool harmless = !failed.handler_began || failed.idempotent || options_.even_if_begun;
  if (!harmless) return GiveUp::not_idempotent;
  if (failed.error.retried()) return GiveUp::retried_inside;
  if (failed.attempt > options_.retries) return GiveUp::attempts_used;
  return std::nullopt;
}

nanoseconds RetryPolicy::delay_before(const FailedAttempt& failed, Random& random) const noexcept {
  const nanoseconds backoff = up_to(longest_delay(failed.attempt), random);
  return std::max(backoff, failed.error.retry_after().value_or(nanoseconds(0)));
}

nanoseconds RetryPolicy::longest_delay(std::uint32_t retry) const noexcept {
  if (options_.first_delay <= nanoseconds(0)) return nanoseconds(0);
  const double grown = static_cast<double>(options_.first_delay.count()) *
                       std::pow(options_.factor, static_cast<double>(retry) - 1);
  // Only what is below the ceiling fits into an integer for certain.
  if (!(grown < static_cast<double>(options_.max_delay.count()))) return options_.max_delay;
  return nanoseconds(static_cast<nanoseconds::rep>(grown));
}

}  // namespace modcomm::detail
