// Counts what is under way, for whoever has to wait for its end.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>

#include <modcomm/executor.hpp>

namespace modcomm::detail {

class InFlight : public std::enable_shared_from_this<InFlight> {
 public:
  /// One of them; it ends with its last owner.
  using Token = std::shared_ptr<const void>;

  Token begin() {
    const std::lock_guard lock(mutex_);
    ++count_;
    return {this, [self = shared_from_this()](const void*) { self->end(); }};
  }

  bool none() {
    const std::lock_guard lock(mutex_);
    return count_ == 0;
  }

  /// Waits until none is under way; false at the deadline.
  bool wait(Executor& executor, SteadyTime deadline) {
    std::unique_lock lock(mutex_);
    while (count_ > 0) {
      if (!executor.wait_until(lock, none_, deadline) && count_ > 0) return false;
    }
    return true;
  }

 private:
  void end() {
    const std::lock_guard lock(mutex_);
    if (--count_ == 0) none_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable none_;
  std::size_t count_ = 0;
};

}  // namespace modcomm::detail
