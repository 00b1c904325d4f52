// The wish that a handler may stop. A stop source is made when somebody wants its token: most handlers
// never ask.
//
// Threads.   Everything from any thread; what waits for the token runs without the lock.
#pragma once

#include <atomic>
#include <mutex>
#include <stop_token>

namespace modcomm::detail {

class StopSignal {
 public:
  bool requested() const noexcept { return requested_.load(std::memory_order_acquire); }

  void request() noexcept {
    std::unique_lock lock(mutex_);
    requested_.store(true, std::memory_order_release);
    std::stop_source source = source_;
    lock.unlock();
    source.request_stop();
  }

  std::stop_token token() {
    const std::lock_guard lock(mutex_);
    if (!source_.stop_possible()) {
      source_ = std::stop_source();
      if (requested()) source_.request_stop();
    }
    return source_.get_token();
  }

 private:
  std::atomic<bool> requested_ = false;
  std::mutex mutex_;
  std::stop_source source_{std::nostopstate};  // guarded by mutex_
};

}  // namespace modcomm::detail
