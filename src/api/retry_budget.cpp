#include "api/retry_budget.hpp"

#include <algorithm>
#include <cmath>

namespace modcomm::detail {
namespace {

constexpr std::int64_t token = 1'000'000;

std::int64_t parts(double tokens) noexcept { return std::llround(tokens * token); }

}  // namespace

void RetryBudget::configure(const RetryBudgetOptions& options) noexcept {
  per_success_.store(parts(options.per_success), std::memory_order_relaxed);
  full_.store(parts(options.tokens), std::memory_order_relaxed);
  left_.store(parts(options.tokens), std::memory_order_relaxed);
}

void RetryBudget::earn() noexcept {
  const std::int64_t full = full_.load(std::memory_order_relaxed);
  const std::int64_t earned = per_success_.load(std::memory_order_relaxed);
  std::int64_t left = left_.load(std::memory_order_relaxed);
  while (left < full && !left_.compare_exchange_weak(left, std::min(full, left + earned),
                                                     std::memory_order_relaxed)) {
  }
}

void RetryBudget::failed() noexcept {
  std::int64_t left = left_.load(std::memory_order_relaxed);
  while (left > 0 && !left_.compare_exchange_weak(left, std::max<std::int64_t>(0, left - token),
                                                  std::memory_order_relaxed)) {
  }
}

RetryBudgetInfo RetryBudget::info() const noexcept {
  return {.tokens = static_cast<double>(left_.load(std::memory_order_relaxed)) / token,
          .full = static_cast<double>(full_.load(std::memory_order_relaxed)) / token,
          .allows = allows()};
}

}  // namespace modcomm::detail
