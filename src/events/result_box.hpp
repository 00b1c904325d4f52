// Where the log leaves the result for which somebody waits, who may have gone meanwhile.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>

#include <modcomm/executor.hpp>
#include <modcomm/result.hpp>

namespace modcomm::detail {

template <class T>
class Box {
 public:
  void put(const Result<T>& result) {
    {
      const std::lock_guard lock(mutex_);
      result_ = result;
    }
    arrived_.notify_one();
  }

  /// Null at the deadline.
  const Result<T>* wait(Executor& executor, SteadyTime deadline) {
    std::unique_lock lock(mutex_);
    while (!result_) {
      if (!executor.wait_until(lock, arrived_, deadline) && !result_) return nullptr;
    }
    return &*result_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::optional<Result<T>> result_;
};

}  // namespace modcomm::detail
