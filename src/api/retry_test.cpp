#include "api/retry.hpp"

#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "support/epoch.hpp"

namespace modcomm::detail {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

const Error link_down(Code::unavailable, reason::link_down, "no route");
const Error timed_out(Code::deadline_exceeded, reason::timeout, "no answer");

class Retries : public ::testing::Test {
 protected:
  RetryDecision decide(const FailedAttempt& failed) {
    return RetryPolicy(options).after_failure(failed, budget, random);
  }
  GiveUp given_up(const FailedAttempt& failed) {
    const RetryDecision decision = decide(failed);
    EXPECT_FALSE(decision.again_at.has_value());
    return decision.why;
  }
  nanoseconds delay(const FailedAttempt& failed) { return *decide(failed).again_at - failed.now; }

  RetryOptions options{.retries = 3};
  RetryBudget budget{};
  Random random{1};
};

TEST_F(Retries, are_off_unless_asked_for) {
  options.retries = 0;
  EXPECT_EQ(given_up({.error = link_down, .handler_began = false, .now = epoch}), GiveUp::off);
}

TEST_F(Retries, end_after_as_many_as_were_asked_for) {
  EXPECT_TRUE(decide({.error = link_down, .attempt = 3, .handler_began = false}).again_at);
  EXPECT_EQ(given_up({.error = link_down, .attempt = 4, .handler_began = false}),
            GiveUp::attempts_used);
}

TEST_F(Retries, never_happen_for_faults_of_the_caller_even_when_asked) {
  options.even_if_begun = true;
  for (const Code code :
       {Code::invalid_argument, Code::unauthenticated, Code::permission_denied, Code::not_found}) {
    const Error error(code, "any", "the caller's fault");
    EXPECT_EQ(given_up({.error = error, .handler_began = false, .idempotent = true}),
              GiveUp::not_retryable);
  }
}

TEST_F(Retries, of_a_handler_that_began_want_idempotence_or_a_caller_who_insists) {
  EXPECT_EQ(given_up({.error = timed_out}), GiveUp::not_idempotent);
  EXPECT_EQ(given_up({.error = link_down}), GiveUp::not_idempotent);
  EXPECT_TRUE(decide({.error = timed_out, .handler_began = false}).again_at);
  EXPECT_TRUE(decide({.error = timed_out, .idempotent = true}).again_at);
  options.even_if_begun = true;
  EXPECT_TRUE(decide({.error = timed_out}).again_at);
}

TEST_F(Retries, wait_a_random_part_of_an_exponential_delay_under_a_ceiling) {
  options = {.retries = 10, .first_delay = seconds(1), .factor = 2, .max_delay = seconds(6)};
  const seconds ceilings[] = {seconds(1), seconds(2), seconds(4), seconds(6), seconds(6)};
  for (std::uint32_t attempt = 1; attempt <= 5; ++attempt) {
    const nanoseconds ceiling = ceilings[attempt - 1];
    EXPECT_EQ(RetryPolicy(options).longest_delay(attempt), ceiling);
    nanoseconds least = nanoseconds::max();
    nanoseconds most{0};
    for (int i = 0; i < 1'000; ++i) {
      budget.configure({});
      const auto waits = delay({.error = link_down, .attempt = attempt, .handler_began = false});
      least = std::min(least, waits);
      most = std::max(most, waits);
    }
    EXPECT_LT(least, ceiling / 50);
    EXPECT_GT(most, ceiling - ceiling / 50);
    EXPECT_LE(most, ceiling);
  }
}

TEST_F(Retries, delays_overflow_for_no_factor_and_no_attempt) {
  EXPECT_TRUE(rc::check([] {
    const auto first = *rc::gen::inRange<std::int64_t>(0, std::numeric_limits<std::int64_t>::max());
    const auto most =
        *rc::gen::inRange<std::int64_t>(first, std::numeric_limits<std::int64_t>::max());
    const double factor = 1 + std::abs(*rc::gen::arbitrary<double>());
    RC_PRE(std::isfinite(factor));
    const RetryPolicy policy({.retries = 1,
                              .first_delay = nanoseconds(first),
                              .factor = factor,
                              .max_delay = nanoseconds(most)});
    const auto retry =
        *rc::gen::inRange<std::uint32_t>(1, std::numeric_limits<std::uint32_t>::max());
    const nanoseconds longest = policy.longest_delay(retry);
    RC_ASSERT(longest >= nanoseconds(0));
    RC_ASSERT(longest <= nanoseconds(most));
    RC_ASSERT(policy.longest_delay(1) >= nanoseconds(first - first / 1'000'000 - 1));
  }));
  const RetryPolicy extreme({.retries = 1,
                             .first_delay = nanoseconds::max(),
                             .factor = std::numeric_limits<double>::max(),
                             .max_delay = nanoseconds::max()});
  EXPECT_EQ(extreme.longest_delay(std::numeric_limits<std::uint32_t>::max()), nanoseconds::max());
}

TEST_F(Retries, wait_at_least_as_long_as_the_error_asks_for) {
  const Error busy = Error(Code::resource_exhausted, reason::queue_full, "full")
                         .with_retry_after(milliseconds(900));
  for (int i = 0; i < 40; ++i) {
    EXPECT_GE(delay({.error = busy, .handler_began = false}), milliseconds(900));
  }
}

TEST_F(Retries, that_would_begin_or_end_after_the_deadline_are_given_up) {
  const Error busy = link_down.with_retry_after(seconds(2));
  const FailedAttempt failed{.error = busy,
                             .handler_began = false,
                             .now = epoch,
                             .deadline = epoch + seconds(3),
                             .expected_duration = seconds(1)};
  EXPECT_EQ(*decide(failed).again_at, epoch + seconds(2));
  FailedAttempt longer = failed;
  longer.expected_duration += nanoseconds(1);
  EXPECT_EQ(given_up(longer), GiveUp::deadline);
  FailedAttempt late = failed;
  late.deadline = epoch + seconds(2);
  late.expected_duration = nanoseconds(0);
  EXPECT_EQ(given_up(late), GiveUp::deadline);
}

TEST_F(Retries, without_a_deadline_may_begin_at_any_time) {
  const Error patient = link_down.with_retry_after(nanoseconds::max() - nanoseconds(1));
  EXPECT_TRUE(decide({.error = patient, .handler_began = false, .expected_duration = seconds(1)})
                  .again_at.has_value());
  EXPECT_EQ(given_up({.error = patient, .handler_began = false, .now = epoch}), GiveUp::deadline);
}

TEST_F(Retries, stop_when_half_of_the_budget_is_used_up) {
  budget.configure({.tokens = 10, .per_success = 0.5});
  const FailedAttempt failed{.error = link_down, .handler_began = false};
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(decide(failed).again_at.has_value());
  EXPECT_EQ(given_up(failed), GiveUp::budget);
  EXPECT_EQ(budget.info().tokens, 5);
  for (int i = 0; i < 3; ++i) budget.succeeded();
  EXPECT_TRUE(decide(failed).again_at.has_value()) << "6.5 tokens, less the one for this failure";
}

TEST_F(Retries, only_failures_that_were_a_load_cost_anything) {
  const Error open(Code::unavailable, reason::circuit_open, "open");
  const Error fault(Code::invalid_argument, reason::validation, "wrong");
  decide({.error = open, .handler_began = false});
  decide({.error = fault});
  EXPECT_EQ(budget.info().tokens, budget.info().full);
  decide({.error = timed_out});  // not retried, but it was work for somebody
  EXPECT_EQ(budget.info().tokens, budget.info().full - 1);
}

TEST(RetryBudget, never_leaves_its_bounds) {
  RetryBudget budget({.tokens = 2, .per_success = 0.75});
  budget.succeeded();
  EXPECT_EQ(budget.info().tokens, 2);
  for (int i = 0; i < 3; ++i) budget.failed();
  EXPECT_EQ(budget.info().tokens, 0);
  budget.succeeded();
  EXPECT_FALSE(budget.allows());
  budget.succeeded();
  EXPECT_TRUE(budget.allows());
  for (int i = 0; i < 5; ++i) budget.succeeded();
  EXPECT_EQ(budget.info().tokens, 2);
}

}  // namespace
}  // namespace modcomm::detail
