// What keeps retries from multiplying the load on something that fails anyway: a bucket of tokens
// that one caller shares among all calls to one target.
//
// Threads.   Everything from any thread, without a lock. A success writes nothing while it is full.
#pragma once

#include <atomic>
#include <cstdint>

#include <modcomm/resilience.hpp>

namespace modcomm::detail {

class RetryBudget {
 public:
  explicit RetryBudget(const RetryBudgetOptions& options = {}) noexcept { configure(options); }

  /// Takes new options, which must be valid, and fills the bucket.
  void configure(const RetryBudgetOptions& options) noexcept;

  void succeeded() noexcept {
    if (left_.load(std::memory_order_relaxed) < full_.load(std::memory_order_relaxed)) earn();
  }
  void failed() noexcept;
  /// Whether more than half of the tokens are left.
  bool allows() const noexcept {
    return left_.load(std::memory_order_relaxed) > full_.load(std::memory_order_relaxed) / 2;
  }
  RetryBudgetInfo info() const noexcept;

 private:
  void earn() noexcept;

  // In millionths of a token.
  std::atomic<std::int64_t> left_{0};
  std::atomic<std::int64_t> full_{0};
  std::atomic<std::int64_t> per_success_{0};
};

}  // namespace modcomm::detail
