#include "api/breaker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <modcomm/reflect.hpp>

#include "support/breaker_driver.hpp"

namespace modcomm::detail {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using BreakerRules = BreakerDriver;

TEST_F(BreakerRules, five_failures_in_a_row_open_it) {
  fail(4);
  EXPECT_EQ(state(), BreakerState::closed);
  fail();
  EXPECT_EQ(state(), BreakerState::open);
  EXPECT_EQ(last_cause(), BreakerCause::consecutive_failures);
}

TEST_F(BreakerRules, a_success_begins_the_row_anew) {
  fail(4);
  succeed();
  fail(4);
  EXPECT_EQ(state(), BreakerState::closed);
  EXPECT_EQ(info().consecutive_failures, 4);
  succeed();
  EXPECT_EQ(info().consecutive_failures, 0);
}

TEST_F(BreakerRules, half_of_twenty_calls_within_the_window_open_it) {
  for (int i = 0; i < 9; ++i) {
    succeed();
    fail();
  }
  succeed();
  EXPECT_EQ(state(), BreakerState::closed) << "9 of 19";
  fail();
  EXPECT_EQ(state(), BreakerState::open);
  EXPECT_EQ(last_cause(), BreakerCause::failure_rate);
}

TEST_F(BreakerRules, failures_that_slid_out_of_the_window_do_not_count) {
  for (int i = 0; i < 9; ++i) {
    succeed();
    fail();
  }
  EXPECT_EQ(info().window.failed, 9);
  wait(seconds(30));
  EXPECT_EQ(info().window.calls, 0);
  for (int i = 0; i < 9; ++i) succeed();
  fail();
  EXPECT_EQ(state(), BreakerState::closed);
  EXPECT_EQ(info().window.calls, 10);
  EXPECT_DOUBLE_EQ(info().window.failure_rate, 0.1);
}

TEST_F(BreakerRules, caller_faults_and_cancelled_calls_say_nothing) {
  fail(4);
  for (int i = 0; i < 100; ++i) finish(Outcome::ignored);
  EXPECT_EQ(state(), BreakerState::closed);
  EXPECT_EQ(info().counts.ignored, 100);
  fail();
  EXPECT_EQ(state(), BreakerState::open) << "nor do they break the row";
}

TEST_F(BreakerRules, slow_calls_count_only_when_asked_for) {
  for (int i = 0; i < 50; ++i) finish(Outcome::success, seconds(100));
  EXPECT_EQ(info().counts.slow, 0);
  configure({.slow_call = seconds(2), .slow_rate = 0.8});
  reset();
  for (int i = 0; i < 4; ++i) succeed();
  for (int i = 0; i < 15; ++i) finish(Outcome::success, seconds(2));
  EXPECT_EQ(state(), BreakerState::closed);
  finish(Outcome::success, seconds(2) - nanoseconds(1));
  EXPECT_EQ(state(), BreakerState::closed);
  for (int i = 0; i < 5; ++i) finish(Outcome::success, seconds(2));
  EXPECT_EQ(state(), BreakerState::open) << "20 of 25";
  EXPECT_EQ(last_cause(), BreakerCause::slow_rate);
}

TEST_F(BreakerRules, rules_can_be_turned_off) {
  configure({.consecutive_failures = 0, .failure_rate = 0});
  fail(1'000);
  EXPECT_EQ(state(), BreakerState::closed);
}

TEST_F(BreakerRules, an_open_one_refuses_and_says_until_when) {
  fail(5);
  wait(seconds(2));
  const Admission refused = admit();
  EXPECT_FALSE(refused.granted);
  EXPECT_EQ(refused.retry_after, seconds(3));
  EXPECT_EQ(info().counts.rejected, 1);
  const Error error = circuit_open_error("Lab.Run", refused);
  EXPECT_EQ(error.reason(), reason::circuit_open);
  EXPECT_EQ(error.retry_after(), seconds(3));
  EXPECT_THAT(error.message(), HasSubstr("'Lab.Run'"));
  EXPECT_THAT(error.message(), HasSubstr("again in 3s"));
  EXPECT_FALSE(error.counts_for_breaker());
}

TEST_F(BreakerRules, results_of_an_older_generation_are_counted_and_dropped) {
  const Permit old = admit().permit;
  fail(5);
  record(old, Outcome::success);
  EXPECT_EQ(state(), BreakerState::open);
  close_again();
  const BreakerInfo before = info();
  for (int i = 0; i < 50; ++i) record(old, Outcome::failure);
  EXPECT_EQ(state(), BreakerState::closed);
  EXPECT_EQ(info().counts.late, before.counts.late + 50);
  EXPECT_EQ(info().counts.failed, before.counts.failed);
  EXPECT_EQ(info().consecutive_failures, 0);
}

TEST_F(BreakerRules, a_forced_state_lasts_until_it_is_released) {
  force_open();
  wait(seconds(1'000));
  const Admission refused = admit();
  EXPECT_FALSE(refused.granted);
  EXPECT_FALSE(refused.retry_after.has_value());
  EXPECT_THAT(circuit_open_error("Lab.Run", refused).message(), HasSubstr("by force"));
  reset();
  EXPECT_EQ(state(), BreakerState::forced_open);
  release();
  EXPECT_EQ(state(), BreakerState::closed);
  force_closed();
  fail(100);
  EXPECT_EQ(state(), BreakerState::forced_closed);
  EXPECT_EQ(info().counts.failed, 100);
  EXPECT_EQ(info().window.failure_rate, 1);
  release();
  fail(4);
  EXPECT_EQ(state(), BreakerState::closed) << "what happened under force is forgotten";
}

TEST_F(BreakerRules, reset_closes_it_and_forgets_what_was) {
  fail(5);
  reset();
  EXPECT_EQ(state(), BreakerState::closed);
  EXPECT_EQ(last_cause(), BreakerCause::reset);
  fail(4);
  reset();
  fail(4);
  EXPECT_EQ(state(), BreakerState::closed);
  EXPECT_EQ(info().window.calls, 4);
}

TEST_F(BreakerRules, changes_are_told_once_in_order_with_their_causes) {
  fail(5);
  close_again();
  std::vector<BreakerCause> causes;
  for (std::size_t i = 0; i < told.size(); ++i) {
    causes.push_back(told[i].cause);
    EXPECT_EQ(told[i].generation, i + 2);
    EXPECT_EQ(told[i].from, i == 0 ? BreakerState::closed : told[i - 1].to);
  }
  EXPECT_THAT(causes, ElementsAre(BreakerCause::consecutive_failures, BreakerCause::open_time_over,
                                  BreakerCause::trials_succeeded));
}

TEST_F(BreakerRules, status_tells_times_on_the_wall_clock_the_last_error_and_the_history) {
  succeed();
  wait(seconds(1));
  fail(5);
  wait(seconds(2));
  const BreakerInfo seen = info();
  EXPECT_EQ(seen.last_success, wall() - seconds(3));
  EXPECT_EQ(seen.last_failure, wall() - seconds(2));
  EXPECT_EQ(seen.since, wall() - seconds(2));
  EXPECT_EQ(seen.next_try, wall() + seconds(3));
  EXPECT_EQ(seen.last_error, "unavailable/link_down: no route");
  EXPECT_EQ(seen.counts.trips, 1);
  EXPECT_THAT(seen.history,
              ElementsAre(BreakerChange{wall() - seconds(2), BreakerState::closed,
                                        BreakerState::open, BreakerCause::consecutive_failures}));
  EXPECT_THAT(write_json(seen), HasSubstr(R"("state":"open")"));
}

TEST_F(BreakerRules, the_history_keeps_the_last_32_changes) {
  for (int i = 0; i < 40; ++i) {
    force_open();
    release();
  }
  const BreakerInfo seen = info();
  ASSERT_EQ(seen.history.size(), 32);
  EXPECT_EQ(seen.history.back().cause, BreakerCause::released);
  EXPECT_EQ(seen.generation, 81);
}

TEST(BreakerOutcome, follows_the_table_of_errors) {
  const auto outcome = [](Code code, std::string_view why) {
    return outcome_of(Error(code, why, "x"));
  };
  EXPECT_EQ(outcome_of(Error()), Outcome::success);
  EXPECT_EQ(outcome(Code::unavailable, reason::link_down), Outcome::failure);
  EXPECT_EQ(outcome(Code::deadline_exceeded, reason::timeout), Outcome::failure);
  EXPECT_EQ(outcome(Code::internal, reason::handler_threw), Outcome::failure);
  EXPECT_EQ(outcome(Code::unknown, "any"), Outcome::failure);
  EXPECT_EQ(outcome(Code::unavailable, reason::circuit_open), Outcome::ignored);
  EXPECT_EQ(outcome(Code::resource_exhausted, reason::bulkhead), Outcome::ignored);
  EXPECT_EQ(outcome(Code::cancelled, reason::by_caller), Outcome::ignored);
  EXPECT_EQ(outcome(Code::invalid_argument, reason::validation), Outcome::ignored);
  EXPECT_EQ(outcome(Code::not_found, reason::no_operation), Outcome::ignored);
  EXPECT_EQ(outcome(Code::data_loss, reason::damaged_file), Outcome::ignored);
}

}  // namespace
}  // namespace modcomm::detail
