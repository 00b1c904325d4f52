// Data that cannot be reached without its lock.
//
//   Guarded<std::vector<int>> numbers;
//   numbers.lock()->push_back(1);
#pragma once

#include <mutex>
#include <utility>

namespace modcomm::detail {

template <class T>
class Guarded {
 public:
  /// Holds the lock for as long as it lives.
  template <class U>
  class Access {
   public:
    Access(std::mutex& mutex, U& value) : lock_(mutex), value_(value) {}
    U* operator->() const noexcept { return &value_; }
    U& operator*() const noexcept { return value_; }

   private:
    std::unique_lock<std::mutex> lock_;
    U& value_;
  };

  Guarded() = default;
  explicit Guarded(T value) : value_(std::move(value)) {}

  Access<T> lock() { return {mutex_, value_}; }
  Access<const T> lock() const { return {mutex_, value_}; }

 private:
  mutable std::mutex mutex_;
  T value_{};
};

}  // namespace modcomm::detail
