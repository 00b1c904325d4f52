#include "observe/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

namespace modcomm {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;

Histogram::Duration duration(std::uint64_t ns) noexcept {
  return Histogram::Duration{static_cast<Histogram::Duration::rep>(ns)};
}

void lower_to(std::atomic<std::uint64_t>& cell, std::uint64_t value) noexcept {
  auto seen = cell.load(relaxed);
  while (value < seen && !cell.compare_exchange_weak(seen, value, relaxed)) {
  }
}

void raise_to(std::atomic<std::uint64_t>& cell, std::uint64_t value) noexcept {
  auto seen = cell.load(relaxed);
  while (value > seen && !cell.compare_exchange_weak(seen, value, relaxed)) {
  }
}

void add_single_writer(std::atomic<std::uint64_t>& cell, std::uint64_t value) noexcept {
  cell.store(cell.load(relaxed) + value, relaxed);
}

}  // namespace

void Histogram::add(Duration value, std::uint64_t times) {
  if (times == 0) return;
  const auto ns = detail::nanoseconds_of(value);
  const auto index = buckets::index_of(ns);
  if (buckets_.size() <= index) buckets_.resize(index + 1);
  buckets_[index] += times;
  min_ = empty() ? ns : std::min(min_, ns);
  max_ = std::max(max_, ns);
  count_ += times;
  sum_ += ns * times;
}

Histogram::Duration Histogram::sum() const noexcept { return duration(sum_); }
Histogram::Duration Histogram::min() const noexcept { return duration(min_); }
Histogram::Duration Histogram::max() const noexcept { return duration(max_); }

Histogram::Duration Histogram::mean() const noexcept {
  return duration(empty() ? 0 : sum_ / count_);
}

Histogram::Duration Histogram::quantile(double q) const noexcept {
  if (q >= 1.0) return max();
  if (empty() || !(q > 0.0)) return min();
  const auto rank = static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(count_)));
  std::uint64_t passed = 0;
  for (std::size_t index = 0; index < buckets_.size(); ++index) {
    passed += buckets_[index];
    if (passed >= rank) return duration(std::clamp(buckets::middle(index), min_, max_));
  }
  return max();
}

void Histogram::merge(const Histogram& other) {
  if (other.empty()) return;
  buckets_.resize(std::max(buckets_.size(), other.buckets_.size()));
  std::transform(other.buckets_.begin(), other.buckets_.end(), buckets_.begin(), buckets_.begin(),
                 std::plus<>{});
  min_ = empty() ? other.min_ : std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  count_ += other.count_;
  sum_ += other.sum_;
}

Histogram Histogram::since(const Histogram& base) const {
  Histogram rest = *this;
  const auto common = std::min(buckets_.size(), base.buckets_.size());
  for (std::size_t index = 0; index < common; ++index) {
    rest.buckets_[index] -= std::min(buckets_[index], base.buckets_[index]);
  }
  rest.sum_ -= std::min(sum_, base.sum_);
  rest.trim_and_settle();
  return rest;
}

// The buckets are the truth: the count is theirs, and the extremes lie in the outermost of them.
void Histogram::trim_and_settle() noexcept {
  while (!buckets_.empty() && buckets_.back() == 0) buckets_.pop_back();
  count_ = 0;
  for (const auto bucket : buckets_) count_ += bucket;
  if (empty()) {
    sum_ = min_ = max_ = 0;
    return;
  }
  std::size_t first = 0;
  while (buckets_[first] == 0) ++first;
  const auto last = buckets_.size() - 1;
  min_ = std::clamp(min_, buckets::lowest(first), buckets::highest(first));
  max_ = std::clamp(max_, buckets::lowest(last), buckets::highest(last));
}

HistogramRecorder::LazyGroup::~LazyGroup() {
  const std::unique_ptr<Group> owned(group_.load(std::memory_order_acquire));
}

HistogramRecorder::Group& HistogramRecorder::LazyGroup::make() {
  auto fresh = std::make_unique<Group>();
  Group* expected = nullptr;
  if (!group_.compare_exchange_strong(expected, fresh.get(), std::memory_order_acq_rel)) {
    return *expected;
  }
  return *fresh.release();
}

void HistogramRecorder::record(std::chrono::nanoseconds value) {
  const auto ns = detail::nanoseconds_of(value);
  Cell& cell = cell_of(ns);
  lower_to(min_, ns);
  raise_to(max_, ns);
  sum_.fetch_add(ns, relaxed);
  cell.fetch_add(1, relaxed);
}

void HistogramRecorder::record_single_writer(std::chrono::nanoseconds value) {
  const auto ns = detail::nanoseconds_of(value);
  Cell& cell = cell_of(ns);
  lower_to(min_, ns);
  raise_to(max_, ns);
  add_single_writer(sum_, ns);
  add_single_writer(cell, 1);
}

Histogram HistogramRecorder::snapshot() const {
  Histogram seen;
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    const Group* cells = groups_[group].peek();
    if (cells == nullptr) continue;
    seen.buckets_.resize((group + 1) * cells->size());
    std::transform(cells->begin(), cells->end(),
                   seen.buckets_.begin() + static_cast<std::ptrdiff_t>(group * cells->size()),
                   [](const Cell& cell) { return cell.load(relaxed); });
  }
  seen.sum_ = sum_.load(relaxed);
  seen.min_ = min_.load(relaxed);
  seen.max_ = max_.load(relaxed);
  seen.trim_and_settle();
  return seen;
}

}  // namespace modcomm
