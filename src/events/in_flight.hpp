// Counts what is under way, for whoever has to wait for its end.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>

#include <modcomm/executor.hpp>

namespace modcomm::detail {

class InFlight : public std::enable_shared_from_this<InFlight> {
 public:
  /// One of them, until it is dropped.
  class Token {
   public:
    Token() = default;
    Token(Token&&) noexcept = default;
    Token(const Token&) = delete;
    Token& operator=(const Token&) = delete;
    Token& operator=(Token&&) = delete;
    ~Token() {
      if (counter_) counter_->end();
    }

   private:
    friend class InFlight;
    explicit Token(std::shared_ptr<InFlight> counter) noexcept : counter_(std::move(counter)) {}
    std::shared_ptr<InFlight> counter_{};
  };

  Token begin() {
    count_.fetch_add(1, std::memory_order_relaxed);
    return Token(shared_from_this());
  }

  bool none() const noexcept { return count_.load(std::memory_order_acquire) == 0; }

  /// Waits until none is under way; false at the deadline.
  bool wait(Executor& executor, SteadyTime deadline) {
    std::unique_lock lock(mutex_);
    while (!none()) {
      if (!executor.wait_until(lock, none_, deadline) && !none()) return false;
    }
    return true;
  }

 private:
  void end() {
    if (count_.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
    const std::lock_guard lock(mutex_);  // who waits has looked, and sleeps
    none_.notify_all();
  }

  std::atomic<std::size_t> count_ = 0;
  std::mutex mutex_;
  std::condition_variable none_;
};

}  // namespace modcomm::detail
