// The limits of a whole bus, in messages and bytes. Queues lease from it what they grant to publishers at
// a time and what they hold, so that publishers to different channels do not meet on one counter.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>

#include <modcomm/executor.hpp>

#include "bus/credit.hpp"

namespace modcomm::detail {

class BusBudget {
 public:
  explicit BusBudget(Credit limit) noexcept
      : limit_(limit), messages_(to_signed(limit.messages)), bytes_(to_signed(limit.bytes)) {}

  const Credit& limit() const noexcept { return limit_; }

  /// All of it, or nothing.
  bool lease(const Credit& wanted) noexcept {
    if (!take(bytes_, wanted.bytes)) return false;
    if (!counts_messages() || take(messages_, wanted.messages)) return true;
    give_back({.bytes = wanted.bytes});
    return false;
  }

  void give_back(const Credit& given) noexcept {
    const std::int64_t bytes = bytes_.fetch_add(to_signed(given.bytes)) + to_signed(given.bytes);
    bool plenty = bytes > to_signed(limit_.bytes / 2);
    if (counts_messages()) {
      const std::int64_t messages =
          messages_.fetch_add(to_signed(given.messages)) + to_signed(given.messages);
      plenty = plenty && messages > to_signed(limit_.messages / 2);
    }
    if (plenty && tight()) tight_.store(false, std::memory_order_relaxed);
    if (waiting_.load() != 0) [[unlikely]]
      wake();
  }

  /// A lease failed: until half is free again, queues lease what they need and no more. False if
  /// that was known.
  bool tighten() noexcept { return !tight_.exchange(true, std::memory_order_relaxed); }
  bool tight() const noexcept { return tight_.load(std::memory_order_relaxed); }

  /// Has whoever waits look again.
  void wake() noexcept {
    const std::lock_guard lock(mutex_);
    ++wakes_;
    freed_.notify_all();
  }
  /// For `wait`: how often that was done.
  std::uint64_t wakes() noexcept {
    const std::lock_guard lock(mutex_);
    return wakes_;
  }
  /// Waits until there may be as much, or for a `wake` after that one; false at the deadline.
  bool wait(const Credit& wanted, std::uint64_t seen, Executor& executor, SteadyTime deadline) {
    std::unique_lock lock(mutex_);
    ++waiting_;  // from now on, whoever gives back wakes
    bool in_time = true;
    while (wakes_ == seen && !has(wanted) && in_time) {
      in_time = executor.wait_until(lock, freed_, deadline);
    }
    --waiting_;
    return in_time;
  }

 private:
  static std::int64_t to_signed(std::size_t amount) noexcept {
    return static_cast<std::int64_t>(amount);
  }
  static bool take(std::atomic<std::int64_t>& free, std::size_t amount) noexcept {
    const std::int64_t wanted = to_signed(amount);
    std::int64_t before = free.load();
    while (before >= wanted) {
      if (free.compare_exchange_weak(before, before - wanted)) return true;
    }
    return false;
  }
  bool counts_messages() const noexcept { return limit_.messages != 0; }
  bool has(const Credit& wanted) const noexcept {
    return bytes_.load() >= to_signed(wanted.bytes) &&
           (!counts_messages() || messages_.load() >= to_signed(wanted.messages));
  }

  const Credit limit_;  // no messages: any number of them
  std::atomic<std::int64_t> messages_;
  std::atomic<std::int64_t> bytes_;
  std::atomic<bool> tight_ = false;
  std::atomic<unsigned> waiting_ = 0;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::uint64_t wakes_ = 0;  // guarded by mutex_
};

/// One queue's share; its owner's lock guards it.
class BusLease {
 public:
  explicit BusLease(BusBudget& budget) noexcept : budget_(budget) {}
  BusLease(const BusLease&) = delete;
  BusLease& operator=(const BusLease&) = delete;
  ~BusLease() { budget_.give_back(used_); }

  const Credit& used() const noexcept { return used_; }

  bool add(const Credit& wanted) noexcept {
    if (!budget_.lease(wanted)) return false;
    used_ += wanted;
    return true;
  }

  /// What took `old` bytes takes `now`. False: it stays, and nobody else got its bytes meanwhile.
  bool replace(std::size_t old, std::size_t now) noexcept {
    if (now > old) return add({.bytes = now - old});
    remove({.bytes = old - now});
    return true;
  }

  void remove(const Credit& unused) noexcept {
    if (unused == Credit{}) return;
    budget_.give_back(unused);
    used_ -= unused;
  }

 private:
  BusBudget& budget_;
  Credit used_{};
};

}  // namespace modcomm::detail
