// modcomm/resilience.hpp -- how calls of an operation are retried, refused and limited.
//
//   modcomm::RetryOptions retry{.retries = 3, .first_delay = std::chrono::milliseconds(200)};
//   modcomm::BreakerOptions breaker{.slow_call = std::chrono::seconds(2)};
//   if (auto valid = modcomm::validate(breaker); !valid) log(valid.error().message());
//   std::string text = modcomm::write_json(breaker);   // {"enabled":true,...}
//
// Threads.   Plain values.
// Errors.    `validate` answers invalid_argument / validation with every fault: path and text.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe.hpp>

#include <modcomm/clock.hpp>
#include <modcomm/result.hpp>

namespace modcomm {

/// When a failed attempt is made again. Before retry n a call waits a random time between 0 and
/// first_delay * factor^(n - 1), at most max_delay, and never less than the error asks for.
/// Errors that trying again cannot help (Error::retry() is no) are never retried.
struct RetryOptions {
  std::uint32_t retries = 0;  ///< After the first attempt; 0: off.
  std::chrono::nanoseconds first_delay = std::chrono::seconds(1);
  double factor = 2;  ///< At least 1.
  std::chrono::nanoseconds max_delay = std::chrono::seconds(30);
  /// Also when the handler had begun and the operation is not idempotent: its effects may happen
  /// twice.
  bool even_if_begun = false;

  friend bool operator==(const RetryOptions&, const RetryOptions&) = default;
};
BOOST_DESCRIBE_STRUCT(RetryOptions, (), (retries, first_delay, factor, max_delay, even_if_begun))

/// Keeps retries from multiplying the load on what already fails: a failure takes one token, a
/// success gives a part of one back, and there are retries only while more than half are left.
/// The rule is that of gRPC (proposal A6), the numbers are those that userver ships: one call that
/// fails for good uses up four tokens, which a bucket of ten would feel.
struct RetryBudgetOptions {
  double tokens = 100;       ///< When full; 1 to 1 000 000.
  double per_success = 0.1;  ///< Given back by one success; 0 to `tokens`.

  friend bool operator==(const RetryBudgetOptions&, const RetryBudgetOptions&) = default;
};
BOOST_DESCRIBE_STRUCT(RetryBudgetOptions, (), (tokens, per_success))

/// Why there is no further attempt.
enum class GiveUp : std::uint8_t {
  off,             ///< Retries are off.
  attempts_used,   ///< As many as were asked for.
  retried_inside,  ///< A call that the handler made was retried already.
  not_retryable,   ///< The error says that trying again does not help.
  not_idempotent,  ///< The handler had begun, and twice may do harm.
  budget,          ///< Too many calls failed lately.
  deadline,        ///< No time is left for delay and attempt.
};
BOOST_DESCRIBE_ENUM(GiveUp, off, attempts_used, retried_inside, not_retryable, not_idempotent,
                    budget, deadline)

/// When calls to a failing operation are refused, and when it is tried again.
struct BreakerOptions {
  bool enabled = true;
  std::uint32_t consecutive_failures = 5;  ///< Opens it; 0: this rule is off.
  double failure_rate = 0.5;         ///< Of the calls in the window; above 0, at most 1. 0: off.
  std::uint32_t minimum_calls = 20;  ///< In the window, before its rates mean anything.
  std::chrono::nanoseconds window = std::chrono::seconds(30);  ///< Slides in ten steps.
  std::chrono::nanoseconds slow_call{0};  ///< A call that takes this long is slow; 0: none is.
  double slow_rate = 0.8;  ///< Of the calls in the window; above 0, at most 1. 0: off.
  std::chrono::nanoseconds open_for = std::chrono::seconds(5);  ///< After the first trip.
  double growth = 2;  ///< Of the open time from trip to trip; at least 1.
  /// Ceiling of the open time, which also stays below the greater of twice `open_for` and a third
  /// of the time for which the operation has been failing: what was down for 30 s is tried again
  /// within 10 s.
  std::chrono::nanoseconds max_open = std::chrono::seconds(60);
  double jitter = 0.1;            ///< The open time varies by this part; 0 to 0.5.
  std::uint32_t trial_calls = 3;  ///< When half open: so many at once, and so many decide; 1-1000.

  friend bool operator==(const BreakerOptions&, const BreakerOptions&) = default;
};
BOOST_DESCRIBE_STRUCT(BreakerOptions, (),
                      (enabled, consecutive_failures, failure_rate, minimum_calls, window,
                       slow_call, slow_rate, open_for, growth, max_open, jitter, trial_calls))

/// At most so many calls in a second, evenly spread, after a burst.
struct RateLimitOptions {
  double per_second = 0;    ///< At most 10 million; 0: no limit.
  std::uint32_t burst = 0;  ///< So many at once after a pause; 0: what one second allows.

  friend bool operator==(const RateLimitOptions&, const RateLimitOptions&) = default;
};
BOOST_DESCRIBE_STRUCT(RateLimitOptions, (), (per_second, burst))

/// At most so many calls at once.
struct BulkheadOptions {
  std::uint32_t max_concurrent = 0;  ///< 0: no limit.
  std::uint32_t max_queued = 0;      ///< May wait for a place, within their deadline.

  friend bool operator==(const BulkheadOptions&, const BulkheadOptions&) = default;
};
BOOST_DESCRIBE_STRUCT(BulkheadOptions, (), (max_concurrent, max_queued))

/// invalid_argument / validation with all faults; `root`, if any, stands before each path.
Result<void> validate(const RetryOptions& options, std::string_view root = {});
Result<void> validate(const RetryBudgetOptions& options, std::string_view root = {});
Result<void> validate(const BreakerOptions& options, std::string_view root = {});
Result<void> validate(const RateLimitOptions& options, std::string_view root = {});
Result<void> validate(const BulkheadOptions& options, std::string_view root = {});

/// What Preset::v2 puts in the place of the defaults, `{.retries = 0}` among them: three retries. An
/// operation turns them off by any other difference, `{.first_delay = 0s}`; a call by `.retries = 0`.
RetryOptions v2_retry() noexcept;
/// What Preset::v2 puts in the place of the defaults: opens after 10 failures in a row, for 30 s,
/// and knows no rates.
BreakerOptions v2_breaker() noexcept;

/// What a breaker does with calls.
enum class BreakerState : std::uint8_t {
  closed,         ///< Lets them pass, and watches.
  open,           ///< Refuses them, for a time.
  half_open,      ///< Lets a few pass, on trial.
  forced_open,    ///< Refuses them until it is released.
  forced_closed,  ///< Lets them pass until it is released, whatever happens.
};
BOOST_DESCRIBE_ENUM(BreakerState, closed, open, half_open, forced_open, forced_closed)

/// Why a breaker changed its state.
enum class BreakerCause : std::uint8_t {
  consecutive_failures,
  failure_rate,
  slow_rate,
  open_time_over,
  trials_failed,
  trials_succeeded,
  forced,
  released,
  reset,
};
BOOST_DESCRIBE_ENUM(BreakerCause, consecutive_failures, failure_rate, slow_rate, open_time_over,
                    trials_failed, trials_succeeded, forced, released, reset)

/// One change of a breaker's state.
struct BreakerChange {
  WallTime time{};
  BreakerState from = BreakerState::closed;
  BreakerState to = BreakerState::closed;
  BreakerCause cause = BreakerCause::reset;

  friend bool operator==(const BreakerChange&, const BreakerChange&) = default;
};
BOOST_DESCRIBE_STRUCT(BreakerChange, (), (time, from, to, cause))

/// Results of calls since the breaker was made. A result that came after the state had changed, or
/// after its trial had run out of time, is `late` and nothing else.
struct BreakerCounts {
  std::uint64_t succeeded = 0;
  std::uint64_t failed = 0;          ///< Only what counts for a breaker (docs/concepts/errors.md).
  std::uint64_t ignored = 0;         ///< Faults of callers, cancelled calls.
  std::uint64_t late = 0;            ///< Changed nothing.
  std::uint64_t slow = 0;            ///< Of `succeeded` and `failed`.
  std::uint64_t rejected = 0;        ///< Refused with unavailable / circuit_open.
  std::uint64_t expired_trials = 0;  ///< No result in time; counted as failed trials.
  std::uint64_t trips = 0;           ///< Times it opened, not counting by force.

  friend bool operator==(const BreakerCounts&, const BreakerCounts&) = default;
};
BOOST_DESCRIBE_STRUCT(BreakerCounts, (),
                      (succeeded, failed, ignored, late, slow, rejected, expired_trials, trips))

/// Calls in the sliding window, which every change of state empties.
struct BreakerWindow {
  std::uint64_t calls = 0;
  std::uint64_t failed = 0;
  std::uint64_t slow = 0;
  double failure_rate = 0;  ///< 0 to 1; 0 without calls.
  double slow_rate = 0;

  friend bool operator==(const BreakerWindow&, const BreakerWindow&) = default;
};
BOOST_DESCRIBE_STRUCT(BreakerWindow, (), (calls, failed, slow, failure_rate, slow_rate))

/// A breaker at one moment.
struct BreakerInfo {
  std::string operation{};  ///< "Module.Operation".
  BreakerState state = BreakerState::closed;
  WallTime since{};
  std::uint64_t generation = 1;  ///< Rises by one with each change.
  BreakerCounts counts{};
  BreakerWindow window{};
  std::uint32_t consecutive_failures = 0;
  std::uint32_t trials = 0;  ///< Under way now.
  std::optional<WallTime> last_success{};
  std::optional<WallTime> last_failure{};
  std::string last_error{};              ///< Text of the last failure.
  std::optional<WallTime> next_try{};    ///< When it is open: when trial calls may begin.
  std::vector<BreakerChange> history{};  ///< The last 32, oldest first.
};
BOOST_DESCRIBE_STRUCT(BreakerInfo, (),
                      (operation, state, since, generation, counts, window, consecutive_failures,
                       trials, last_success, last_failure, last_error, next_try, history))

/// A retry budget at one moment.
struct RetryBudgetInfo {
  double tokens = 0;
  double full = 0;
  bool allows = false;  ///< Whether more than half are left.
};
BOOST_DESCRIBE_STRUCT(RetryBudgetInfo, (), (tokens, full, allows))

/// A bulkhead at one moment.
struct BulkheadInfo {
  std::uint32_t running = 0;
  std::uint32_t queued = 0;
  std::uint64_t refused = 0;  ///< With resource_exhausted / bulkhead.
  std::uint64_t expired = 0;  ///< Met their deadline in the queue: deadline_exceeded / timeout.
};
BOOST_DESCRIBE_STRUCT(BulkheadInfo, (), (running, queued, refused, expired))

}  // namespace modcomm
