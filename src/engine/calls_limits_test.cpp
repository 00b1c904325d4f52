// What bounds calls beside their deadline: the retry budget, how long an attempt usually takes, places
// in a bulkhead, and how many results are kept how long.
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <modcomm/testing.hpp>

namespace modcomm {
namespace {

using namespace std::chrono_literals;

class CallLimits : public testing::Test {
 protected:
  TestBus bus;
  Module lab = bus.module("Lab");
  Module user = bus.module("User");
};

TEST_F(CallLimits, an_empty_budget_ends_retries_until_enough_calls_succeeded) {
  int runs = 0;
  bool down = true;
  const auto provided = lab.provide("Flaky",
                                    [&]() -> Result<void> {
                                      ++runs;
                                      if (down) return Error(Code::unavailable, "away", "away");
                                      return {};
                                    },
                                    {.idempotent = true,
                                     .retry = {.retries = 1, .first_delay = 0s},
                                     .retry_budget = {.tokens = 4, .per_success = 0.5},
                                     .breaker = {.enabled = false}})
                            .value();
  const auto attempts = [&] {
    runs = 0;
    static_cast<void>(user.call("Lab.Flaky"));
    return runs;
  };
  EXPECT_EQ(attempts(), 2) << "one token and a second went: more than half was left after one";
  EXPECT_EQ(attempts(), 1);
  EXPECT_FALSE(bus->operation("Lab.Flaky")->retry_budget_now.allows);
  down = false;
  for (int good = 0; good < 6; ++good) EXPECT_EQ(attempts(), 1);
  EXPECT_TRUE(bus->operation("Lab.Flaky")->retry_budget_now.allows);
  down = true;
  EXPECT_EQ(attempts(), 2);
}

TEST_F(CallLimits, there_is_no_retry_for_which_the_time_that_is_left_does_not_usually_suffice) {
  int runs = 0;
  bool down = false;
  const auto provided =
      lab.provide("Slow",
                  [&]() -> Result<void> {
                    ++runs;
                    bus.clock().advance(2s);
                    if (down) return Error(Code::unavailable, "away", "away");
                    return {};
                  },
                  {.idempotent = true, .retry = {.retries = 1, .first_delay = 0s}})
          .value();
  for (int good = 0; good < 10; ++good) ASSERT_TRUE(user.call("Lab.Slow"));
  down = true;
  runs = 0;
  EXPECT_EQ(user.call("Lab.Slow", CallOptions{.timeout = 3s}).error().reason(), "away")
      << "the second would need 2 s, and 1 s is left";
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(user.call("Lab.Slow", CallOptions{.timeout = 5s}).error().attempts(), 2U);
}

TEST_F(CallLimits, who_waits_for_a_place_waits_until_its_deadline) {
  Error inner;
  SteadyTime refused_at{};
  const auto provided =
      lab.provide("Narrow",
                  [&] {
                    const CallOptions options{.timeout = 7s};
                    inner = user.call("Lab.Narrow", options).error();
                    refused_at = bus.clock().now().steady;
                    EXPECT_EQ(bus->operation("Lab.Narrow")->bulkhead_now.running, 1U);
                  },
                  {.bulkhead = {.max_concurrent = 1, .max_queued = 1}})
          .value();
  const SteadyTime began = bus.clock().now().steady;
  ASSERT_TRUE(user.call("Lab.Narrow"));
  EXPECT_EQ(inner.code(), Code::deadline_exceeded);
  EXPECT_EQ(inner.reason(), reason::timeout);
  EXPECT_GE(refused_at - began, 7s);
  EXPECT_LT(refused_at - began, 8s);
  bus.run();
  const OperationInfo after = bus->operation("Lab.Narrow").value();
  EXPECT_EQ(after.bulkhead_now.running, 0U);
  EXPECT_EQ(after.bulkhead_now.queued, 0U);
}

TEST_F(CallLimits, who_leaves_the_line_at_its_deadline_is_counted_there_and_told_why) {
  std::vector<Error> inner;
  const auto provided = lab.provide("Narrow",
                                    [&] {
                                      const CallOptions options{.timeout = 7s};
                                      inner.push_back(user.call("Lab.Narrow", options).error());
                                      auto pending =
                                          user.start("Lab.Narrow", Payload(), options).value();
                                      inner.push_back(pending.wait().error());
                                    },
                                    {.bulkhead = {.max_concurrent = 1, .max_queued = 1}})
                            .value();
  ASSERT_TRUE(user.call("Lab.Narrow"));
  bus.run();
  ASSERT_EQ(inner.size(), 2U);
  for (const Error& error : inner) {
    EXPECT_EQ(error.code(), Code::deadline_exceeded);
    EXPECT_THAT(error.message(), testing::HasSubstr("had no free place"));
  }
  const BulkheadInfo after = bus->operation("Lab.Narrow")->bulkhead_now;
  EXPECT_EQ(after.expired, 2U);
  EXPECT_EQ(after.queued, 0U);
  EXPECT_EQ(after.running, 0U);
}

TEST_F(CallLimits, results_of_detached_calls_are_kept_for_five_minutes_and_a_thousand_at_most) {
  const auto provided = lab.provide("Step", [] { return 1; }).value();
  const auto detached = [&] {
    const RequestId id = user.start<int>("Lab.Step", Payload()).value().detach();
    bus.run();
    return id;
  };
  const auto kept = [&](RequestId id) {
    const auto outcome = bus->await_call(id, 1s);
    return outcome.has_value() && outcome->ok;
  };
  const RequestId early = detached();
  const RequestId late = detached();
  bus.advance(5min - 1s);
  EXPECT_TRUE(kept(late));
  bus.advance(2s);
  EXPECT_FALSE(kept(early));
  std::vector<RequestId> many;
  for (int i = 0; i < 1'001; ++i) many.push_back(detached());
  EXPECT_FALSE(kept(many[0])) << "the oldest made room";
  EXPECT_TRUE(kept(many[1]));
  EXPECT_TRUE(kept(many[1'000]));
}

TEST_F(CallLimits, a_failure_as_data_says_how_long_to_wait_and_what_is_wrong_where) {
  const auto provided =
      lab.provide("Step", [](const Value&) {},
                  {.parameters = {{.name = "count", .type = "integer", .required = true}},
                   .rate_limit = {.per_second = 1, .burst = 1}})
          .value();
  const CallOutcome wrong = user.invoke("Lab.Step", Value{{"count", "many"}});
  ASSERT_EQ(wrong.error->faults.size(), 1U);
  EXPECT_EQ(wrong.error->faults.front().path, "count");
  EXPECT_EQ(wrong.error->faults.front().keyword, "/properties/count/type");
  EXPECT_FALSE(wrong.error->retry_after);
  ASSERT_TRUE(user.invoke("Lab.Step", Value{{"count", 1}}).ok);
  const CallOutcome limited = user.invoke("Lab.Step", Value{{"count", 1}});
  EXPECT_GT(limited.error->retry_after.value(), 0s);
  EXPECT_LE(limited.error->retry_after.value(), 1s);
}

TEST_F(CallLimits, a_call_that_finds_no_operation_has_an_id_like_any_other) {
  const CallOutcome outcome = user.invoke("Lab.Nowhere", Value());
  EXPECT_NE(RequestId::parse(outcome.request_id), RequestId());
  EXPECT_EQ(outcome.attempts, 0U);
  EXPECT_FALSE(user.call("Lab.Nowhere").error().request_id().empty());
  EXPECT_FALSE(user.start("Lab.Nowhere", Payload()).error().request_id().empty());
  EXPECT_TRUE(user.operation("Lab.Nowhere").error().request_id().empty()) << "this is no call";
}

}  // namespace
}  // namespace modcomm
