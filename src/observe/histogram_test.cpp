#include "observe/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace modcomm {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr nanoseconds longest_kept = 9h;

/// Durations as they come in practice: all magnitudes alike, in clumps, with a long tail.
std::vector<nanoseconds> durations(std::uint32_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> magnitude(0.0, std::log(double(longest_kept.count())));
  std::lognormal_distribution<double> tail(std::log(20'000.0), 1.5);
  const auto clump = std::exp(magnitude(random));
  std::vector<nanoseconds> values(1 + random() % 5'000);
  for (auto& value : values) {
    const double kinds[] = {std::exp(magnitude(random)), clump + double(random() % 100),
                            tail(random)};
    const auto ns = std::min(kinds[random() % 3], double(longest_kept.count()));
    value = nanoseconds{static_cast<nanoseconds::rep>(ns)};
  }
  return values;
}

/// The definition: the smallest value that at least the share q stays within.
nanoseconds exact_quantile(const std::vector<nanoseconds>& sorted, double q) {
  const auto rank = static_cast<std::size_t>(std::ceil(q * double(sorted.size())));
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

Histogram histogram_of(const std::vector<nanoseconds>& values) {
  Histogram made;
  for (const auto value : values) made.add(value);
  return made;
}

Histogram recorded(const std::vector<nanoseconds>& values) {
  HistogramRecorder recorder;
  for (const auto value : values) recorder.record(value);
  return recorder.snapshot();
}

class AnyDurations : public testing::TestWithParam<std::uint32_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, AnyDurations, testing::Range(1U, 21U));

TEST_P(AnyDurations, quantiles_are_at_most_one_percent_off) {
  auto values = durations(GetParam());
  const auto histogram = recorded(values);
  std::sort(values.begin(), values.end());
  for (const double q : {0.0, 0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 0.9999, 1.0}) {
    const auto exact = double(exact_quantile(values, q).count());
    EXPECT_NEAR(double(histogram.quantile(q).count()), exact, 0.01 * exact) << "q = " << q;
  }
}

TEST_P(AnyDurations, count_sum_and_extremes_are_exact) {
  const auto values = durations(GetParam());
  const auto histogram = recorded(values);
  const auto sum = std::accumulate(values.begin(), values.end(), nanoseconds{});
  EXPECT_EQ(histogram.count(), values.size());
  EXPECT_EQ(histogram.sum(), sum);
  EXPECT_EQ(histogram.mean(), sum / values.size());
  EXPECT_EQ(histogram.min(), *std::min_element(values.begin(), values.end()));
  EXPECT_EQ(histogram.max(), *std::max_element(values.begin(), values.end()));
}

TEST_P(AnyDurations, recorder_and_value_type_agree) {
  const auto values = durations(GetParam());
  EXPECT_EQ(recorded(values), histogram_of(values));
}

TEST_P(AnyDurations, a_single_writer_records_the_same) {
  const auto values = durations(GetParam());
  HistogramRecorder alone;
  for (const auto value : values) alone.record_single_writer(value);
  EXPECT_EQ(alone.snapshot(), recorded(values));
}

TEST_P(AnyDurations, merging_equals_counting_everything_in_one) {
  const auto some = durations(GetParam());
  const auto others = durations(GetParam() + 1'000);
  auto all = some;
  all.insert(all.end(), others.begin(), others.end());
  auto merged = histogram_of(some);
  merged.merge(histogram_of(others));
  EXPECT_EQ(merged, histogram_of(all));
}

TEST_P(AnyDurations, since_a_base_line_counts_what_came_after_it) {
  const auto before = durations(GetParam());
  const auto after = durations(GetParam() + 1'000);
  HistogramRecorder recorder;
  for (const auto value : before) recorder.record(value);
  const auto base = recorder.snapshot();
  for (const auto value : after) recorder.record(value);

  const auto lately = recorder.snapshot().since(base);
  const auto expected = histogram_of(after);
  EXPECT_EQ(lately.count(), expected.count());
  EXPECT_EQ(lately.sum(), expected.sum());
  for (const double q : {0.0, 0.5, 0.99, 1.0}) {
    const auto exact = double(expected.quantile(q).count());
    EXPECT_NEAR(double(lately.quantile(q).count()), exact, 0.02 * exact) << "q = " << q;
  }
  EXPECT_TRUE(base.since(base).empty());
  EXPECT_EQ(base.since(Histogram{}), base);
}

TEST(Histogram, empty_answers_zero) {
  const Histogram empty = HistogramRecorder{}.snapshot();
  EXPECT_TRUE(empty.empty());
  EXPECT_EQ(empty, Histogram{});
  for (const auto answer : {empty.sum(), empty.min(), empty.max(), empty.mean(),
                            empty.quantile(0.5), empty.quantile(1.0)}) {
    EXPECT_EQ(answer, 0ns);
  }
}

TEST(Histogram, negative_counts_as_zero_and_longer_than_kept_keeps_its_maximum) {
  Histogram histogram = recorded({-5ns, nanoseconds::max()});
  EXPECT_EQ(histogram.count(), 2U);
  EXPECT_EQ(histogram.min(), 0ns);
  EXPECT_EQ(histogram.max(), nanoseconds::max());
  histogram.add(1ms, 0);
  EXPECT_EQ(histogram.count(), 2U);
}

TEST(Buckets, follow_each_other_without_gap_and_are_narrow) {
  for (std::size_t index = 0; index < buckets::total; ++index) {
    ASSERT_EQ(buckets::index_of(buckets::lowest(index)), index);
    ASSERT_EQ(buckets::index_of(buckets::highest(index)), index);
    if (index + 1 == buckets::total) break;
    ASSERT_EQ(buckets::highest(index) + 1, buckets::lowest(index + 1));
    const auto middle = double(buckets::middle(index));
    ASSERT_LE(double(buckets::highest(index)) - middle, 0.01 * middle);
    ASSERT_LE(middle - double(buckets::lowest(index)), 0.01 * double(buckets::lowest(index)));
  }
  EXPECT_GE(buckets::lowest(buckets::total - 1), std::uint64_t(longest_kept.count()));
}

}  // namespace
}  // namespace modcomm
