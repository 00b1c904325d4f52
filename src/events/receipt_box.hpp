// Where the log leaves the receipt for which a publisher waits, who may have gone meanwhile.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>

#include <modcomm/event.hpp>
#include <modcomm/executor.hpp>

namespace modcomm::detail {

class ReceiptBox {
 public:
  void put(const Result<EventReceipt>& receipt) {
    {
      const std::lock_guard lock(mutex_);
      receipt_ = receipt;
    }
    arrived_.notify_one();
  }

  /// Null at the deadline.
  const Result<EventReceipt>* wait(Executor& executor, SteadyTime deadline) {
    std::unique_lock lock(mutex_);
    while (!receipt_) {
      if (!executor.wait_until(lock, arrived_, deadline) && !receipt_) return nullptr;
    }
    return &*receipt_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::optional<Result<EventReceipt>> receipt_;
};

}  // namespace modcomm::detail
