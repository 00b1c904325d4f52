// The limit in bytes of a whole bus. Queues lease from it what they grant to publishers at a time and
// what a batch held, so that publishers to different channels do not meet on one counter.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace modcomm::detail {

class ByteBudget {
 public:
  explicit ByteBudget(std::size_t limit) noexcept
      : limit_(limit), free_(static_cast<std::int64_t>(limit)) {}

  std::size_t limit() const noexcept { return limit_; }

  bool lease(std::size_t bytes) noexcept {
    const auto wanted = static_cast<std::int64_t>(bytes);
    std::int64_t free = free_.load(std::memory_order_relaxed);
    while (free >= wanted) {
      if (free_.compare_exchange_weak(free, free - wanted, std::memory_order_relaxed)) return true;
    }
    return false;
  }

  void give_back(std::size_t bytes) noexcept {
    const auto given = static_cast<std::int64_t>(bytes);
    const std::int64_t free = free_.fetch_add(given, std::memory_order_relaxed) + given;
    if (tight() && free > static_cast<std::int64_t>(limit_ / 2)) {
      tight_.store(false, std::memory_order_relaxed);
    }
  }

  /// A lease failed: until half is free again, queues lease what they need and no more. False if
  /// that was known.
  bool tighten() noexcept { return !tight_.exchange(true, std::memory_order_relaxed); }
  bool tight() const noexcept { return tight_.load(std::memory_order_relaxed); }

 private:
  const std::size_t limit_;
  std::atomic<std::int64_t> free_;
  std::atomic<bool> tight_ = false;
};

/// One queue's share; its owner's lock guards it.
class ByteLease {
 public:
  explicit ByteLease(ByteBudget& budget) noexcept : budget_(budget) {}
  ByteLease(const ByteLease&) = delete;
  ByteLease& operator=(const ByteLease&) = delete;
  ~ByteLease() { budget_.give_back(used_); }

  std::size_t used() const noexcept { return used_; }

  bool add(std::size_t bytes) noexcept {
    if (!budget_.lease(bytes)) return false;
    used_ += bytes;
    return true;
  }

  /// What took `old` bytes takes `now`. False: it stays, and nobody else got its bytes meanwhile.
  bool replace(std::size_t old, std::size_t now) noexcept {
    if (now > old) return add(now - old);
    remove(old - now);
    return true;
  }

  void remove(std::size_t bytes) noexcept {
    if (bytes == 0) return;
    budget_.give_back(bytes);
    used_ -= bytes;
  }

 private:
  ByteBudget& budget_;
  std::size_t used_ = 0;
};

}  // namespace modcomm::detail
