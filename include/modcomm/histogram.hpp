// modcomm/histogram.hpp -- how long things took, as a value.
//
//   modcomm::Histogram waits;
//   waits.add(120us);
//   waits.add(4ms, 3);
//   std::cout << waits.quantile(0.99).count() << " ns at most for 99 of 100\n";
//   auto lately = waits.since(an_earlier_copy);
//
// Threads.   A value: copies are independent; one object belongs to one thread at a time.
// Errors.    Nothing throws but std::bad_alloc. An empty histogram answers 0 everywhere.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace modcomm {

/// How many runs of a handler are timed. Inline channels use `off`.
enum class Timing : std::uint8_t { off, sampled, all };

/// Durations in nanoseconds, kept in log-linear buckets: a quantile is at most 1 % off, from 1 ns
/// to 9 hours. Count, sum, minimum and maximum are exact. Longer durations count as 9 hours in
/// quantiles, negative ones as 0.
class Histogram {
 public:
  using Duration = std::chrono::nanoseconds;

  /// Counts `value` as often as `times` says.
  void add(Duration value, std::uint64_t times = 1);

  std::uint64_t count() const noexcept { return count_; }
  bool empty() const noexcept { return count_ == 0; }
  /// All durations together.
  Duration sum() const noexcept;
  Duration min() const noexcept;
  Duration max() const noexcept;
  /// The average, rounded down.
  Duration mean() const noexcept;
  /// The smallest duration that at least the share `q` of all stays within: 0.5 gives the median.
  /// 0 and below give min(), 1 and above max().
  Duration quantile(double q) const noexcept;

  /// Adds everything that `other` counted.
  void merge(const Histogram& other);
  /// What was counted since `base`, an earlier copy of this one. The buckets tell minimum and
  /// maximum of such a difference, to 2 %.
  Histogram since(const Histogram& base) const;

  bool operator==(const Histogram&) const = default;

 private:
  friend class HistogramRecorder;
  void trim_and_settle() noexcept;

  std::vector<std::uint64_t> buckets_{};  // up to the last one that is not 0
  std::uint64_t count_{};
  std::uint64_t sum_{};
  std::uint64_t min_{};
  std::uint64_t max_{};
};

}  // namespace modcomm
