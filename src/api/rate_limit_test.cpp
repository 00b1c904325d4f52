#include "api/rate_limit.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "support/epoch.hpp"

namespace modcomm::detail {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

TEST(RateLimit, lets_a_burst_pass_and_then_one_each_interval) {
  RateLimit limit({.per_second = 10, .burst = 3});
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(limit.refuse(epoch));
  EXPECT_EQ(limit.refuse(epoch), milliseconds(100));
  EXPECT_EQ(limit.refuse(epoch + milliseconds(40)), milliseconds(60));
  EXPECT_FALSE(limit.refuse(epoch + milliseconds(100)));
  EXPECT_TRUE(limit.refuse(epoch + milliseconds(199)));
  EXPECT_FALSE(limit.refuse(epoch + milliseconds(200)));
  EXPECT_EQ(limit.refused(), 3);
}

TEST(RateLimit, a_pause_brings_back_a_burst_and_no_more) {
  RateLimit limit({.per_second = 10, .burst = 3});
  for (int i = 0; i < 3; ++i) limit.refuse(epoch);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(limit.refuse(epoch + seconds(1'000)));
  EXPECT_TRUE(limit.refuse(epoch + seconds(1'000)));
}

TEST(RateLimit, is_off_unless_asked_for_and_changes_while_running) {
  RateLimit limit;
  for (int i = 0; i < 1'000; ++i) EXPECT_FALSE(limit.refuse(epoch));
  limit.configure({.per_second = 1});
  EXPECT_FALSE(limit.refuse(epoch));
  EXPECT_EQ(limit.refuse(epoch), seconds(1));
  limit.configure({});
  EXPECT_FALSE(limit.refuse(epoch));
}

TEST(RateLimit, burst_is_one_second_worth_unless_said) {
  RateLimit limit({.per_second = 50});
  for (int i = 0; i < 50; ++i) EXPECT_FALSE(limit.refuse(epoch));
  EXPECT_TRUE(limit.refuse(epoch));
  RateLimit rare({.per_second = 0.01});
  EXPECT_FALSE(rare.refuse(epoch));
  EXPECT_EQ(rare.refuse(epoch), seconds(100));
}

TEST(RateLimit, an_extreme_burst_does_not_overflow) {
  RateLimit limit({.per_second = 1e-300, .burst = 4'000'000'000});
  EXPECT_FALSE(limit.refuse(epoch));
  EXPECT_TRUE(limit.refuse(epoch));
}

TEST(RateLimit, refuses_with_an_error_that_says_when) {
  const Error error = rate_error("Lab.Run", milliseconds(60));
  EXPECT_EQ(error.to_string(),
            "resource_exhausted/rate: operation 'Lab.Run' is called more often than its rate limit "
            "allows; wait 60ms, or raise the limit");
  EXPECT_EQ(error.retry_after(), milliseconds(60));
}

// A bucket of tokens, kept as a fraction: another way to say the same.
TEST(RateLimit, admits_what_a_bucket_of_tokens_admits) {
  EXPECT_TRUE(rc::check([] {
    const auto interval = *rc::gen::inRange<std::int64_t>(1, 1'000);  // in ms
    const auto burst = *rc::gen::inRange<std::uint32_t>(1, 10);
    RateLimit limit({.per_second = 1'000.0 / static_cast<double>(interval), .burst = burst});
    const std::int64_t rounded = std::llround(1e9 / (1'000.0 / static_cast<double>(interval)));
    std::int64_t filled = burst * rounded;  // one token is `rounded`
    SteadyTime now = epoch;
    for (const auto pause : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 2'000))) {
      now += milliseconds(pause);
      filled = std::min(burst * rounded, filled + nanoseconds(milliseconds(pause)).count());
      const auto refusal = limit.refuse(now);
      RC_ASSERT(refusal.has_value() == (filled < rounded));
      if (refusal) RC_ASSERT(refusal->count() == rounded - filled);
      if (!refusal) filled -= rounded;
    }
  }));
}

}  // namespace
}  // namespace modcomm::detail
