// observe/histogram.hpp -- counts durations while others look.
//
//   HistogramRecorder waits;
//   waits.record(now - accepted_at);          // any thread
//   Histogram so_far = waits.snapshot();      // any thread, at any time
//
// Threads.   Everything from any thread, without locks; a record costs about 5 ns.
//            `record_single_writer` costs no locked instruction and wants that no two records
//            overlap; a strand or a mutex gives that.
// Order.     Every later snapshot counts at least as much as an earlier one of the same thread. A
//            snapshot taken during a record may hold its sum and not yet its count, or the reverse.
// Memory.    344 bytes, and 512 for each power of two that was met: a whole table would be 20 KiB,
//            and what is measured in practice spreads over five to ten powers of two.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>

#include <modcomm/histogram.hpp>

#include "observe/buckets.hpp"

namespace modcomm {

class HistogramRecorder {
 public:
  HistogramRecorder() noexcept = default;
  HistogramRecorder(const HistogramRecorder&) = delete;
  HistogramRecorder& operator=(const HistogramRecorder&) = delete;
  ~HistogramRecorder() = default;

  /// Negative durations count as 0. Allocates when a power of two is met for the first time.
  void record(std::chrono::nanoseconds value);
  void record_single_writer(std::chrono::nanoseconds value);

  Histogram snapshot() const;

 private:
  using Cell = std::atomic<std::uint64_t>;
  using Group = std::array<Cell, buckets::per_group>;

  /// A group that is made by whoever needs it first and lives as long as its owner.
  class LazyGroup {
   public:
    LazyGroup() noexcept = default;
    LazyGroup(const LazyGroup&) = delete;
    LazyGroup& operator=(const LazyGroup&) = delete;
    ~LazyGroup();
    Group& get() {
      Group* group = group_.load(std::memory_order_acquire);
      return group != nullptr ? *group : make();
    }
    const Group* peek() const noexcept { return group_.load(std::memory_order_acquire); }

   private:
    Group& make();
    std::atomic<Group*> group_{nullptr};
  };

  Cell& cell_of(std::uint64_t value) {
    const auto index = buckets::index_of(value);
    return groups_[index / buckets::per_group].get()[index % buckets::per_group];
  }

  std::array<LazyGroup, buckets::groups> groups_{};
  Cell sum_{0};
  Cell min_{std::numeric_limits<std::uint64_t>::max()};
  Cell max_{0};
};

namespace detail {
inline std::uint64_t nanoseconds_of(std::chrono::nanoseconds value) noexcept {
  return value.count() > 0 ? static_cast<std::uint64_t>(value.count()) : 0;
}
}  // namespace detail

}  // namespace modcomm
