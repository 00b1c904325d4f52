#include <modcomm/resilience.hpp>

#include "api/option_faults.hpp"

namespace modcomm {

using detail::OptionFaults;
using std::chrono::nanoseconds;

namespace {

constexpr double most_tokens = 1e6;
constexpr double most_per_second = 1e7;
constexpr double most_jitter = 0.5;
constexpr std::uint32_t most_trials = 1'000;
constexpr nanoseconds least_window = std::chrono::milliseconds(1);

void check_rate(OptionFaults& faults, std::string_view name, double rate) {
  faults.unless(rate >= 0 && rate <= 1, name, "must be a part of 1; 0 turns the rule off");
}

}  // namespace

Result<void> validate(const RetryOptions& options, std::string_view root) {
  OptionFaults faults(root);
  faults.unless(options.first_delay >= nanoseconds(0), "first_delay", "must not be negative");
  faults.unless(detail::finite_from(options.factor, 1), "factor", "must be at least 1");
  faults.unless(options.max_delay >= options.first_delay, "max_delay",
                "must be at least first_delay");
  return faults.result("retry options");
}

Result<void> validate(const RetryBudgetOptions& options, std::string_view root) {
  OptionFaults faults(root);
  faults.unless(options.tokens >= 1 && options.tokens <= most_tokens, "tokens",
                "must be 1 to 1000000");
  faults.unless(options.per_success >= 0 && options.per_success <= options.tokens, "per_success",
                "must be 0 to tokens");
  return faults.result("retry budget options");
}

Result<void> validate(const BreakerOptions& options, std::string_view root) {
  OptionFaults faults(root);
  check_rate(faults, "failure_rate", options.failure_rate);
  faults.unless(options.minimum_calls >= 1, "minimum_calls", "must be at least 1");
  faults.unless(options.window >= least_window, "window", "must be at least 1ms");
  faults.unless(options.slow_call >= nanoseconds(0), "slow_call",
                "must not be negative; 0 turns it off");
  check_rate(faults, "slow_rate", options.slow_rate);
  faults.unless(options.open_for > nanoseconds(0), "open_for", "must be positive");
  faults.unless(detail::finite_from(options.growth, 1), "growth", "must be at least 1");
  faults.unless(options.max_open >= options.open_for, "max_open", "must be at least open_for");
  faults.unless(options.jitter >= 0 && options.jitter <= most_jitter, "jitter", "must be 0 to 0.5");
  faults.unless(options.trial_calls >= 1 && options.trial_calls <= most_trials, "trial_calls",
                "must be 1 to 1000");
  return faults.result("breaker options");
}

Result<void> validate(const RateLimitOptions& options, std::string_view root) {
  OptionFaults faults(root);
  faults.unless(options.per_second >= 0 && options.per_second <= most_per_second, "per_second",
                "must be 0 to 10000000; 0 turns the limit off");
  return faults.result("rate limit options");
}

Result<void> validate(const BulkheadOptions& options, std::string_view root) {
  OptionFaults faults(root);
  faults.unless(options.max_queued == 0 || options.max_concurrent > 0, "max_queued",
                "needs max_concurrent: without a limit nobody waits");
  return faults.result("bulkhead options");
}

RetryOptions v2_retry() noexcept {
  RetryOptions options;
  options.retries = 3;
  return options;
}

BreakerOptions v2_breaker() noexcept {
  BreakerOptions options;
  options.consecutive_failures = 10;
  options.failure_rate = 0;
  options.open_for = options.max_open = std::chrono::seconds(30);
  options.growth = 1;
  return options;
}

}  // namespace modcomm
