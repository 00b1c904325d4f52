// Decides whether and when a failed attempt is made again. Pure: time, chance and budget are handed
// in. The same objects may be used from any thread, a Random by one at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include <modcomm/resilience.hpp>

#include "api/retry_budget.hpp"
#include "core/random.hpp"

namespace modcomm::detail {

/// An attempt of a call that has just failed.
struct FailedAttempt {
  const Error& error;
  std::uint32_t attempt = 1;  ///< 1 is the first.
  bool handler_began = true;  ///< False if the handler certainly did not.
  bool idempotent = false;
  SteadyTime now{};
  SteadyTime deadline = never;                    ///< Of the whole call.
  std::chrono::nanoseconds expected_duration{0};  ///< Of one attempt; 0: not known.
};

struct RetryDecision {
  std::optional<SteadyTime> again_at{};
  GiveUp why = GiveUp::off;  ///< Means something when there is no `again_at`.
};

class RetryPolicy {
 public:
  /// The options must be valid.
  explicit RetryPolicy(const RetryOptions& options = {}) noexcept : options_(options) {}

  /// Charges the budget for the failure, and decides. Failures of the caller's own making cost
  /// nothing, nor does a refusal by a breaker: neither was a load on anybody.
  RetryDecision after_failure(const FailedAttempt& failed, RetryBudget& budget,
                              Random& random) const noexcept;

  /// Why it is not retried, whatever time and budget are left; empty: it may be.
  std::optional<GiveUp> forbidden(const FailedAttempt& failed) const noexcept;

  /// The longest wait before the n-th retry, n >= 1, if the error asks for none.
  std::chrono::nanoseconds longest_delay(std::uint32_t retry) const noexcept;

  const RetryOptions& options() const noexcept { return options_; }

 private:
  std::chrono::nanoseconds delay_before(const FailedAttempt& failed, Random& random) const noexcept;

  RetryOptions options_;
};

}  // namespace modcomm::detail
