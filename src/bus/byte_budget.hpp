// The limit in bytes of a whole bus. Queues lease from it in portions, so that publishers to
// different channels do not meet on one counter.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace modcomm::detail {

class ByteBudget {
 public:
  explicit ByteBudget(std::size_t limit) noexcept : free_(static_cast<std::int64_t>(limit)) {}

  bool lease(std::size_t bytes) noexcept {
    const auto wanted = static_cast<std::int64_t>(bytes);
    std::int64_t free = free_.load(std::memory_order_relaxed);
    while (free >= wanted) {
      if (free_.compare_exchange_weak(free, free - wanted, std::memory_order_relaxed)) return true;
    }
    return false;
  }

  void give_back(std::size_t bytes) noexcept {
    free_.fetch_add(static_cast<std::int64_t>(bytes), std::memory_order_relaxed);
  }

 private:
  std::atomic<std::int64_t> free_;
};

/// One queue's share; its owner's lock guards it.
class ByteLease {
 public:
  explicit ByteLease(ByteBudget& budget) noexcept : budget_(budget) {}
  ByteLease(const ByteLease&) = delete;
  ByteLease& operator=(const ByteLease&) = delete;
  ~ByteLease() { budget_.give_back(leased_); }

  std::size_t used() const noexcept { return used_; }

  bool add(std::size_t bytes) noexcept {
    if (used_ + bytes > leased_) {
      const std::size_t missing = used_ + bytes - leased_;
      if (budget_.lease(missing + portion)) {
        leased_ += missing + portion;
      } else if (budget_.lease(missing)) {
        leased_ += missing;
      } else {
        return false;
      }
    }
    used_ += bytes;
    return true;
  }

  void remove(std::size_t bytes) noexcept { used_ -= bytes; }

  /// Gives back what is not in use.
  void trim() noexcept {
    budget_.give_back(leased_ - used_);
    leased_ = used_;
  }

 private:
  static constexpr std::size_t portion = std::size_t{64} << 10U;

  ByteBudget& budget_;
  std::size_t leased_ = 0;
  std::size_t used_ = 0;
};

}  // namespace modcomm::detail
