#include "api/rate_limit.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/duration_text.hpp"

namespace modcomm::detail {

using std::chrono::nanoseconds;

namespace {

constexpr double second = 1e9;
// Thirty years: longer tolerances and intervals make no difference, and sums of two stay in range.
constexpr double longest = 1e18;

std::int64_t whole(double ns) noexcept { return std::llround(std::clamp(ns, 1.0, longest)); }

double burst_of(const RateLimitOptions& options) noexcept {
  return options.burst > 0 ? options.burst : std::max(1.0, std::floor(options.per_second));
}

}  // namespace

void RateLimit::configure(const RateLimitOptions& options) noexcept {
  if (options.per_second <= 0) {
    interval_.store(0, std::memory_order_relaxed);
    return;
  }
  const std::int64_t interval = whole(second / options.per_second);
  tolerance_.store(whole(static_cast<double>(interval) * burst_of(options)),
                   std::memory_order_relaxed);
  interval_.store(interval, std::memory_order_relaxed);
}

std::optional<nanoseconds> RateLimit::refuse(SteadyTime now) noexcept {
  const std::int64_t interval = interval_.load(std::memory_order_relaxed);
  if (interval == 0) return std::nullopt;
  const std::int64_t latest =
      now.time_since_epoch().count() + tolerance_.load(std::memory_order_relaxed);
  std::int64_t full_until = full_until_.load(std::memory_order_relaxed);
  for (;;) {
    const std::int64_t then = std::max(full_until, now.time_since_epoch().count()) + interval;
    if (then > latest) {
      refused_.fetch_add(1, std::memory_order_relaxed);
      return nanoseconds(then - latest);
    }
    if (full_until_.compare_exchange_weak(full_until, then, std::memory_order_relaxed)) {
      return std::nullopt;
    }
  }
}

Error rate_error(std::string_view operation, nanoseconds retry_after) {
  std::string message("operation '");
  message.append(operation).append("' is called more often than its rate limit allows; wait ");
  message.append(rounded(retry_after)).append(", or raise the limit");
  return Error(Code::resource_exhausted, reason::rate, std::move(message))
      .with_retry_after(retry_after);
}

}  // namespace modcomm::detail
