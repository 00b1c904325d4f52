#include <gtest/gtest.h>

#include "support/breaker_model.hpp"
#include "support/resilience_world.hpp"

namespace modcomm::detail {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

#if defined(__SANITIZE_ADDRESS__)
constexpr std::uint64_t schedules = 2'000;  // each costs fifteen times as much
#else
constexpr std::uint64_t schedules = 10'000;
#endif
constexpr SteadyTime start{};

template <class T>
T one_of(Random& random, std::initializer_list<T> choices) {
  return choices.begin()[random.below(choices.size())];
}

BreakerOptions random_breaker(Random& random) {
  BreakerOptions options;
  options.consecutive_failures = static_cast<std::uint32_t>(random.below(7));
  options.failure_rate = one_of(random, {0.0, 0.3, 0.5, 1.0});
  options.minimum_calls = 1 + static_cast<std::uint32_t>(random.below(20));
  options.window = one_of(random, {seconds(1), seconds(10), seconds(30)});
  options.slow_call = one_of(random, {milliseconds(0), milliseconds(1'000)});
  options.slow_rate = one_of(random, {0.0, 0.5, 0.8});
  options.open_for = one_of(random, {milliseconds(500), milliseconds(1'000), milliseconds(5'000)});
  options.growth = one_of(random, {1.0, 1.5, 2.0});
  options.max_open = options.open_for * one_of(random, {1, 4, 12});
  options.jitter = 0;  // the model has none
  options.trial_calls = 1 + static_cast<std::uint32_t>(random.below(5));
  return options;
}

RetryOptions random_retry(Random& random) {
  RetryOptions options;
  options.retries = static_cast<std::uint32_t>(random.below(5));
  options.first_delay = one_of(random, {milliseconds(0), milliseconds(10), milliseconds(1'000)});
  options.factor = one_of(random, {1.0, 2.0, 1e300});
  options.max_delay = seconds(10);
  options.even_if_begun = random.below(2) == 0;
  return options;
}

/// Up to eight moods in a row, then well for good.
std::vector<MoodChange> random_moods(Random& random) {
  std::vector<MoodChange> moods;
  SteadyTime time = start;
  for (std::uint64_t i = random.below(8); i > 0; --i) {
    moods.push_back({time, static_cast<Mood>(random.below(6))});
    time += milliseconds(random.below(one_of(random, {500U, 5'000U, 40'000U})));
  }
  moods.push_back({time, Mood::well});
  return moods;
}

WorldPlan random_plan(std::uint64_t seed) {
  Random random(seed);
  return {.seed = seed,
          .breaker = random_breaker(random),
          .retry = random_retry(random),
          .budget = {.tokens = one_of(random, {1.0, 10.0, 100.0}), .per_success = 0.1},
          .moods = random_moods(random)};
}

/// Holds every answer against the model, and the laws that need no model.
class CheckedWorld : public ResilienceWorld {
 public:
  explicit CheckedWorld(const WorldPlan& plan)
      : ResilienceWorld(plan), model_(plan.breaker, start), tokens_(plan.budget.tokens) {}

  void plan_calls(nanoseconds longest_gap) {
    SteadyTime time = start;
    const SteadyTime well_again = plan_.moods.back().from;
    while (time < well_again) {
      call_at(time, {.timeout = milliseconds(1 + random.below(10'000)),
                     .idempotent = random.below(2) == 0});
      time += nanoseconds(milliseconds(
          random.below(static_cast<std::uint64_t>(longest_gap / milliseconds(1)) + 1)));
    }
    // Long enough for the longest open time and the leases of all who hang.
    for (int i = 0; i < 100; ++i) {
      call_at(well_again + seconds(i), {.timeout = seconds(1), .idempotent = true});
    }
  }

  void look_at_the_end() const {
    EXPECT_EQ(breaker.state(), BreakerState::closed) << "it never came back";
    EXPECT_TRUE(last_call_succeeded_);
    const BreakerCounts all = counts();
    EXPECT_EQ(all.succeeded + all.failed + all.ignored + all.late, records_);
    EXPECT_EQ(all.late, model_.late);
    EXPECT_EQ(all.rejected, rejections_);
    const double allowed =
        plan_.budget.tokens / 2 + plan_.budget.per_success * static_cast<double>(successes_) + 1;
    EXPECT_LE(static_cast<double>(paid_retries_), allowed);
  }

 protected:
  void admitted(const PlannedCall& call, const Admission& admission) override {
    ASSERT_LT(now, call.deadline) << "an attempt began after its deadline";
    const auto expected = model_.admit(now, call.deadline);
    ASSERT_EQ(admission.granted, expected.granted);
    ASSERT_EQ(admission.permit.generation, expected.permit.generation);
    ASSERT_EQ(admission.permit.trial, expected.permit.trial);
    ASSERT_EQ(admission.retry_after, expected.retry_after);
    if (!admission.granted) ++rejections_;
    last_call_succeeded_ = false;
    compare();
  }

  void recorded(const Permit& permit, const CallResult& result) override {
    const auto generation_before = model_.generation;
    model_.record(permit, result.outcome, result.took, now);
    ++records_;
    if (permit.generation < generation_before && model_.generation != generation_before) {
      ASSERT_GT(counts().expired_trials, expired_) << "a late result changed the state";
    }
    compare();
  }

  void succeeded(SteadyTime /*began*/) override {
    last_call_succeeded_ = true;
    ++successes_;
    tokens_ = std::min(plan_.budget.tokens, tokens_ + plan_.budget.per_success);
  }

  void failed(const FailedAttempt& attempt, const RetryDecision& decision) override {
    const bool paid = attempt.error.retry() != Retry::no && attempt.handler_began;
    if (paid) tokens_ = std::max(0.0, tokens_ - 1);
    ASSERT_NEAR(budget.info().tokens, tokens_, 1e-6);
    if (!decision.again_at) return;
    if (paid) ++paid_retries_;
    EXPECT_GT(tokens_, plan_.budget.tokens / 2 - 1e-6);
    EXPECT_NE(attempt.error.retry(), Retry::no);
    EXPECT_TRUE(!attempt.handler_began || attempt.idempotent || plan_.retry.even_if_begun);
    EXPECT_LE(attempt.attempt, plan_.retry.retries);
    EXPECT_GE(*decision.again_at, now + attempt.error.retry_after().value_or(nanoseconds(0)));
    EXPECT_LE(*decision.again_at + attempt.expected_duration, attempt.deadline);
  }

 private:
  BreakerCounts counts() const { return breaker.info({.steady = now}).counts; }

  void compare() {
    ASSERT_EQ(breaker.state(), model_.state);
    if (model_.generation == std::exchange(generation_, model_.generation)) return;
    const BreakerInfo info = breaker.info({.steady = now});
    ASSERT_EQ(info.generation, model_.generation);
    expired_ = info.counts.expired_trials;
    if (model_.state != BreakerState::open) return;
    ASSERT_EQ(*info.next_try - WallTime{}, model_.next_try - now);
  }

  BreakerModel model_;
  double tokens_;
  std::uint64_t generation_ = 1;  // the last that was compared
  std::uint64_t expired_ = 0;     // trials, up to then
  std::uint64_t records_ = 0;
  std::uint64_t rejections_ = 0;
  std::uint64_t successes_ = 0;
  std::uint64_t paid_retries_ = 0;
  bool last_call_succeeded_ = false;
};

TEST(ResilienceSimulation, breaker_retry_and_budget_do_what_the_naive_model_does) {
  for (std::uint64_t seed = 1; seed <= schedules; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    CheckedWorld world(random_plan(seed));
    world.plan_calls(one_of(world.random, {milliseconds(100), milliseconds(1'000)}));
    world.run();
    world.look_at_the_end();
    if (::testing::Test::HasFailure()) return;
  }
}

/// Remembers when the first call after the outage began that succeeded.
class OutageWorld : public ResilienceWorld {
 public:
  OutageWorld(const WorldPlan& plan, SteadyTime end_of_outage)
      : ResilienceWorld(plan), end_(end_of_outage) {}

  SteadyTime first_served = never;

 protected:
  void succeeded(SteadyTime began) override {
    if (began >= end_) first_served = std::min(first_served, began);
  }

 private:
  SteadyTime end_;
};

TEST(ResilienceSimulation, after_an_outage_of_30_s_calls_are_served_within_10_s) {
  for (std::uint64_t seed = 1; seed <= schedules / 2; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const SteadyTime outage = start + milliseconds(random.below(60'000));
    const SteadyTime end = outage + seconds(30);
    const Mood mood = one_of(random, {Mood::refuses, Mood::hangs, Mood::slow, Mood::flaky});
    BreakerOptions breaker;  // as they are
    if (random.below(2) == 0) breaker.slow_call = milliseconds(400);
    OutageWorld world({.seed = seed,
                       .breaker = breaker,
                       .retry = {.retries = static_cast<std::uint32_t>(random.below(4))},
                       .moods = {{start, Mood::well}, {outage, mood}, {end, Mood::well}}},
                      end);
    const milliseconds gap(10 + random.below(500));
    const milliseconds timeout(100 + random.below(30'000));
    for (SteadyTime time = start; time < end + seconds(15); time += gap) {
      world.call_at(time, {.timeout = timeout, .idempotent = true});
    }
    world.run();
    ASSERT_LE(world.first_served - end, seconds(10) + gap);
  }
}

}  // namespace
}  // namespace modcomm::detail
