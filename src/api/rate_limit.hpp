// At most so many calls in a second. The generic cell rate algorithm (GCRA, as in ATM's traffic
// control): one number says when an evenly spread stream of all calls so far would end, and a call
// is admitted if that is not more than a burst ahead of now.
//
// Threads.   Everything from any thread, without a lock. A refusal writes nothing but its count.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include <modcomm/resilience.hpp>

namespace modcomm::detail {

class RateLimit {
 public:
  explicit RateLimit(const RateLimitOptions& options = {}) noexcept { configure(options); }

  /// Takes new options, which must be valid; what was used of the old limit stays used.
  void configure(const RateLimitOptions& options) noexcept;

  /// Empty if the call may go on; else how long until one may.
  std::optional<std::chrono::nanoseconds> refuse(SteadyTime now) noexcept;

  std::uint64_t refused() const noexcept { return refused_.load(std::memory_order_relaxed); }

 private:
  // In nanoseconds of the steady clock.
  std::atomic<std::int64_t> full_until_{std::numeric_limits<std::int64_t>::min()};
  std::atomic<std::int64_t> interval_{0};   // between two calls; 0: no limit
  std::atomic<std::int64_t> tolerance_{0};  // how far ahead a burst may run
  std::atomic<std::uint64_t> refused_{0};
};

/// resource_exhausted / rate, with what to do and when.
Error rate_error(std::string_view operation, std::chrono::nanoseconds retry_after);

}  // namespace modcomm::detail
