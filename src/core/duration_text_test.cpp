#include "core/duration_text.hpp"

#include <gtest/gtest.h>

#include <modcomm/time_text.hpp>

#include "core/random.hpp"

namespace modcomm::detail {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

TEST(DurationText, has_three_digits_and_the_largest_unit_that_has_any) {
  EXPECT_EQ(rounded(99'940'529ns), "99.9ms");
  EXPECT_EQ(rounded(5'121'463'224ns), "5.12s");
  EXPECT_EQ(rounded(49'763'196ns), "49.8ms");
  EXPECT_EQ(rounded(1'234'567ns), "1.23ms");
  EXPECT_EQ(rounded(150'000'000'001ns), "2.5m");
  EXPECT_EQ(rounded(1'050'000'001ns), "1.05s");
  EXPECT_EQ(rounded(123'456'789us), "2.06m");
  EXPECT_EQ(rounded(-1'234'567ns), "-1.23ms");
}

TEST(DurationText, becomes_one_of_the_next_unit_where_rounding_reaches_it) {
  EXPECT_EQ(rounded(999'999'999ns), "1s");
  EXPECT_EQ(rounded(59'999'999'999ns), "1m");
  EXPECT_EQ(rounded(9'999'999'999ns), "10s");
}

TEST(DurationText, is_exact_where_that_is_short) {
  EXPECT_EQ(rounded(0ns), "0s");
  EXPECT_EQ(rounded(7ns), "7ns");
  EXPECT_EQ(rounded(1500ms), "1500ms");
  EXPECT_EQ(rounded(90min), "90m");
}

TEST(DurationText, is_read_back_as_nearly_the_same_duration) {
  Random random(1);
  for (int i = 0; i < 10'000; ++i) {
    const auto any = static_cast<std::int64_t>(random.below(1ULL << random.below(63)));
    const nanoseconds back = parse_duration(rounded(nanoseconds(any))).value();
    EXPECT_LE(std::abs(back.count() - any), any / 100 + 1) << any;
  }
}

}  // namespace
}  // namespace modcomm::detail
