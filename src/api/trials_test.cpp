#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "api/open_time.hpp"
#include "support/breaker_driver.hpp"

namespace modcomm::detail {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

class HalfOpen : public BreakerDriver {
 protected:
  void SetUp() override {
    fail(5);
    wait(seconds(5));
  }
};

TEST_F(HalfOpen, comes_with_the_first_call_after_the_open_time) {
  EXPECT_EQ(state(), BreakerState::open);
  EXPECT_TRUE(admit().granted);
  EXPECT_EQ(state(), BreakerState::half_open);
}

TEST_F(HalfOpen, lets_three_calls_pass_at_once) {
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(admit().granted);
  const Admission fourth = admit();
  EXPECT_FALSE(fourth.granted);
  EXPECT_GT(fourth.retry_after, seconds(0));
  EXPECT_EQ(info().trials, 3);
}

TEST_F(HalfOpen, two_good_results_of_three_close_it) {
  fail();
  succeed();
  EXPECT_EQ(state(), BreakerState::half_open);
  succeed();
  EXPECT_EQ(state(), BreakerState::closed);
  EXPECT_EQ(last_cause(), BreakerCause::trials_succeeded);
}

TEST_F(HalfOpen, two_bad_results_of_three_open_it_again_for_longer) {
  succeed();
  fail(2);
  EXPECT_EQ(state(), BreakerState::open);
  EXPECT_EQ(last_cause(), BreakerCause::trials_failed);
  EXPECT_EQ(admit().retry_after, seconds(10));
}

TEST_F(HalfOpen, a_slow_trial_is_a_failed_one) {
  configure({.slow_call = seconds(2)});
  for (int i = 0; i < 2; ++i) finish(Outcome::success, seconds(2));
  EXPECT_EQ(state(), BreakerState::open);
}

TEST_F(HalfOpen, a_result_that_says_nothing_gives_its_place_back) {
  for (int i = 0; i < 10; ++i) finish(Outcome::ignored);
  EXPECT_EQ(state(), BreakerState::half_open);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(admit().granted);
}

TEST_F(HalfOpen, trials_without_a_result_fail_when_their_lease_ends) {
  const Permit lost = admit(seconds(2)).permit;
  admit(seconds(2));
  wait(seconds(2));
  EXPECT_FALSE(admit().granted);
  EXPECT_EQ(state(), BreakerState::open);
  EXPECT_EQ(info().counts.expired_trials, 2);
  record(lost, Outcome::success);
  EXPECT_EQ(info().counts.late, 1);
  EXPECT_EQ(state(), BreakerState::open);
}

TEST_F(HalfOpen, a_lost_trial_counts_once_even_in_its_own_generation) {
  const Permit lost = admit(seconds(2)).permit;
  wait(seconds(2));
  record(lost, Outcome::failure);
  EXPECT_EQ(state(), BreakerState::half_open) << "one failure of three, not two";
  EXPECT_EQ(info().counts.late, 1);
}

TEST_F(HalfOpen, hung_trials_do_not_keep_others_from_trying) {
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(admit(seconds(300)).granted);
  const Admission refused = admit();
  EXPECT_FALSE(refused.granted);
  wait(*refused.retry_after);
  EXPECT_LE(refused.retry_after, seconds(10));
  succeed(2);
  EXPECT_EQ(state(), BreakerState::closed);
}

TEST_F(HalfOpen, an_operation_that_takes_minutes_can_recover) {
  const Permit first = admit(seconds(300)).permit;
  const Permit second = admit(seconds(300)).permit;
  wait(seconds(200));
  record(first, Outcome::success, seconds(200));
  record(second, Outcome::success, seconds(200));
  EXPECT_EQ(state(), BreakerState::closed);
}

TEST_F(HalfOpen, what_began_before_a_success_cannot_speak_against_it) {
  for (int i = 0; i < 3; ++i) admit(seconds(20));  // hang
  wait(seconds(15));
  succeed();
  wait(seconds(5));
  succeed();
  EXPECT_EQ(state(), BreakerState::closed);
  EXPECT_EQ(info().counts.expired_trials, 3);
}

TEST_F(HalfOpen, the_next_try_is_reckoned_from_the_youngest_failed_trial) {
  const Permit first = admit().permit;
  const Permit second = admit().permit;
  wait(seconds(8));
  record(first, Outcome::failure);
  record(second, Outcome::failure);
  EXPECT_EQ(admit().retry_after, seconds(2));
}

TEST_F(HalfOpen, a_call_that_is_over_already_gets_no_trial) {
  EXPECT_FALSE(admit(seconds(0)).granted);
  EXPECT_EQ(info().trials, 0);
  EXPECT_TRUE(admit().granted);
}

TEST_F(HalfOpen, may_want_a_single_trial) {
  configure({.trial_calls = 1});
  EXPECT_TRUE(admit().granted);
  EXPECT_FALSE(admit().granted);
}

// ---- open times

TEST_F(HalfOpen, open_times_double_but_stay_under_a_third_of_a_long_outage_and_a_minute) {
  std::vector<double> seconds_open;
  for (int i = 0; i < 12; ++i) {
    fail(2);
    const nanoseconds open = *admit().retry_after;
    seconds_open.push_back(std::round(std::chrono::duration<double>(open).count()));
    wait(open);
  }
  EXPECT_THAT(seconds_open, testing::ElementsAre(10, 10, 10, 12, 16, 21, 28, 37, 49, 60, 60, 60));
}

TEST_F(HalfOpen, open_times_go_on_growing_while_it_recovers_only_for_moments) {
  succeed(2);
  fail(5);
  EXPECT_EQ(admit().retry_after, seconds(10));
}

TEST_F(HalfOpen, open_times_begin_anew_after_a_window_of_health) {
  succeed(2);
  wait(seconds(30));
  fail(5);
  EXPECT_EQ(admit().retry_after, seconds(5));
}

TEST(OpenTime, keeps_to_its_bounds_for_all_options) {
  EXPECT_TRUE(rc::check([] {
    BreakerOptions options;
    options.open_for = nanoseconds(*rc::gen::inRange<std::int64_t>(1, std::int64_t{1} << 61U));
    options.max_open = nanoseconds(
        *rc::gen::inRange<std::int64_t>(options.open_for.count(), std::int64_t{1} << 62U));
    options.growth = 1 + *rc::gen::inRange(0, 1'000'000) * 1e300;
    options.jitter = *rc::gen::inRange(0, 51) / 100.0;
    const nanoseconds outage(*rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << 62U));
    Random random(*rc::gen::arbitrary<std::uint64_t>());
    const auto trips = *rc::gen::arbitrary<std::uint32_t>();
    const auto open = static_cast<double>(open_time(options, trips, outage, random).count());
    const auto first = static_cast<double>(options.open_for.count());
    const auto ceiling = static_cast<double>(options.max_open.count());
    const double in_proportion = std::max(2 * first, static_cast<double>(outage.count()) / 3);
    constexpr double rounding = 1 + 1e-9;
    RC_ASSERT(open >= 1);
    RC_ASSERT(open <= in_proportion * rounding + 1);
    RC_ASSERT(open <= ceiling * (1 + options.jitter) * rounding + 1);
    RC_ASSERT(open * rounding + 1 >= first * (1 - options.jitter));
  }));
}

TEST(OpenTime, varies_by_the_jitter) {
  Random random(7);
  double least = 1e9;
  double most = 0;
  for (int i = 0; i < 1'000; ++i) {
    const std::chrono::duration<double> open = open_time({}, 0, nanoseconds(0), random);
    least = std::min(least, open.count());
    most = std::max(most, open.count());
  }
  EXPECT_NEAR(least, 4.5, 0.02);
  EXPECT_NEAR(most, 5.5, 0.02);
}

}  // namespace
}  // namespace modcomm::detail
