// Calls that handlers make: what the outer call's deadline, end and retries mean for the inner one.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <modcomm/testing.hpp>

#include "support/each_execution.hpp"

namespace modcomm {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

Error away() { return {Code::unavailable, "away", "away for a moment"}; }

class NestedCalls : public test::EachExecution {
 protected:
  Registration inner_that_is_away_for(int times) {
    return lab
        .provide(
            "Inner",
            [this, times]() -> Result<int> {
              if (++runs <= times) return away();
              return runs;
            },
            options({.idempotent = true}))
        .value();
  }
  /// Makes the inner call, once, with these options.
  Registration outer(CallOptions inner_options, OperationOptions more = {}) {
    return lab
        .provide(
            "Outer", [this, inner_options] { return lab.call<int>("Lab.Inner", inner_options); },
            options(std::move(more)))
        .value();
  }

  int runs = 0;  // of the inner one
};

INSTANTIATE_TEST_SUITE_P(Executions, NestedCalls, test::both_executions, test::name_of_execution);

TEST_P(NestedCalls, end_by_the_outer_deadline_unless_they_are_background) {
  std::vector<std::pair<std::chrono::nanoseconds, RequestId>> inner_saw;
  std::vector<RequestId> traces;
  const CallMiddleware tell_trace{.name = "trace",
                                  .function = [&](CallContext& call, const Next& next) {
                                    if (call.operation() == "Lab.Outer") {
                                      traces.push_back(call.trace_id());
                                    }
                                    return next();
                                  }};
  ASSERT_TRUE(bus->call_middleware().add(tell_trace));
  const auto inner = lab.provide(
                            "Inner",
                            [&](CallContext& call) {
                              inner_saw.emplace_back(call.remaining(), call.trace_id());
                              return 1;
                            },
                            options())
                         .value();
  for (const bool background : {false, true}) {
    const auto provided = outer({.timeout = 1h, .background = background});
    ASSERT_TRUE(user.call<int>("Lab.Outer", CallOptions{.timeout = 5s}));
  }
  EXPECT_LE(inner_saw.front().first, 5s);
  EXPECT_GT(inner_saw.back().first, 59min);
  EXPECT_EQ(inner_saw.front().second, traces.front());
  EXPECT_EQ(inner_saw.back().second, traces.back());
}

TEST_P(NestedCalls, whose_retries_are_used_up_are_not_retried_by_the_outer_call) {
  const auto inner = inner_that_is_away_for(100);
  const auto provided = outer({.retries = 2}, {.idempotent = true});
  const Error error = user.call<int>("Lab.Outer", CallOptions{.retries = 3}).error();
  EXPECT_EQ(runs, 3) << "not 4 times 3";
  EXPECT_EQ(error.reason(), "away");
  EXPECT_EQ(error.attempts(), 1U) << "of the outer call";
}

TEST_P(NestedCalls, are_retried_by_the_innermost_call_alone_however_deep) {
  const auto inner = inner_that_is_away_for(100);
  const auto middle = outer({.retries = 2}, {.idempotent = true});
  const auto outermost =
      lab.provide(
             "Outermost", [&] { return lab.call<int>("Lab.Outer", CallOptions{.retries = 2}); },
             options({.idempotent = true}))
          .value();
  const Error error = user.call<int>("Lab.Outermost", CallOptions{.retries = 2}).error();
  EXPECT_EQ(runs, 3) << "not 3 times 3 times 3";
  EXPECT_TRUE(error.retried());
}

TEST_P(NestedCalls, that_were_begun_go_on_when_their_handler_fails) {
  int ran = 0;
  const auto inner = lab.provide("Inner", [&] { ++ran; }).value();
  const auto failing = lab.provide(
                              "Failing",
                              [&]() -> Result<void> {
                                EXPECT_TRUE(lab.send("Lab.Inner", Payload()));
                                return away();
                              },
                              options())
                           .value();
  EXPECT_EQ(user.call("Lab.Failing").error().reason(), "away");
  bus.run();
  EXPECT_EQ(ran, 1);
  auto pending = user.start("Lab.Failing", Payload()).value();
  EXPECT_EQ(pending.wait().error().reason(), "away");
  bus.run();
  EXPECT_EQ(ran, 2);
}

TEST_P(NestedCalls, that_were_not_retried_may_be_retried_from_outside) {
  const auto inner = inner_that_is_away_for(2);
  const auto provided = outer({}, {.idempotent = true});
  EXPECT_EQ(user.call<int>("Lab.Outer", CallOptions{.retries = 3}).value(), 3);
}

TEST_P(NestedCalls, see_the_stop_of_the_handler_that_made_them) {
  std::optional<RequestId> outermost;
  bool stopped_before = true;
  bool stopped_after = false;
  const auto inner = lab.provide("Inner",
                                 [&](CallContext& call) -> Result<int> {
                                   const std::stop_token token = call.stop_token();
                                   stopped_before = token.stop_requested();
                                   EXPECT_TRUE(bus->cancel_call(*outermost));
                                   stopped_after = token.stop_requested() && call.stop_requested();
                                   return 1;
                                 },
                                 {.execution = Execution::inline_})
                         .value();
  const auto provided = outer({});
  const auto first = lab.provide("First", [&] { return lab.call<int>("Lab.Outer"); }).value();
  auto pending = user.start<int>("Lab.First", Payload()).value();
  outermost = pending.request_id();
  EXPECT_EQ(pending.wait().error().reason(), reason::by_caller);
  bus.run();
  EXPECT_FALSE(stopped_before);
  EXPECT_EQ(stopped_after, GetParam() == Execution::inline_)
      << "a synchronous call on a worker hears of it once it has taken a while";
}

/// The handler of an outer call has begun an inner one; nobody waits for the outer one any more.
class AbandonedCalls : public testing::TestWithParam<bool> {
 protected:
  TestBus bus;
  Module lab = bus.module("Lab");
  bool inner_ran = false;
  Registration inner = lab.provide("Inner", [this] { inner_ran = true; }).value();
  Registration outer = lab.provide("Outer",
                                   [this](CallContext& call) {
                                     const CallOptions options{.background = GetParam()};
                                     EXPECT_TRUE(lab.send("Lab.Inner", Payload(), options));
                                     EXPECT_TRUE(bus->cancel_call(call.request_id()));
                                   })
                           .value();
};

INSTANTIATE_TEST_SUITE_P(Background, AbandonedCalls, testing::Bool(),
                         [](const auto& tested) { return tested.param ? "background" : "bound"; });

TEST_P(AbandonedCalls, end_with_their_handler_unless_they_are_background) {
  EXPECT_TRUE(bus.module("User").send("Lab.Outer", Payload()));
  bus.run();
  EXPECT_EQ(inner_ran, GetParam());
  EXPECT_EQ(bus->operation("Lab.Inner")->counts.failed, GetParam() ? 0U : 1U);
}

TEST(AbandonedCall, that_its_handler_waits_for_is_ended_once_it_is_listed) {
  TestBus bus;
  const Module lab = bus.module("Lab");
  std::optional<Error> inner_end;
  std::optional<RequestId> outermost;
  const auto inner = lab.provide("Inner",
                                 [&](CallContext& call) -> Result<void> {
                                   if (call.attempt() == 1) return away();
                                   EXPECT_TRUE(bus->cancel_call(*outermost));
                                   EXPECT_TRUE(call.stop_requested());
                                   return {};
                                 },
                                 {.idempotent = true,
                                  .retry = {.retries = 1, .first_delay = 24h, .max_delay = 24h}})
                         .value();
  const auto outer = lab.provide("Outer",
                                 [&] {
                                   const auto ended =
                                       lab.call("Lab.Inner", CallOptions{.timeout = 48h});
                                   if (!ended) inner_end = ended.error();
                                 })
                         .value();
  auto pending =
      bus.module("User").start("Lab.Outer", Payload(), CallOptions{.timeout = 48h}).value();
  outermost = pending.request_id();
  EXPECT_EQ(pending.wait().error().reason(), reason::by_caller);
  bus.run();
  ASSERT_TRUE(inner_end);
  EXPECT_EQ(inner_end->code(), Code::cancelled);
  EXPECT_THAT(inner_end->message(), HasSubstr("nobody waits"));
}

TEST(AbandonedCall, on_the_same_thread_makes_no_further_attempt) {
  TestBus bus;
  const Module lab = bus.module("Lab");
  int runs = 0;
  std::optional<Error> inner_end;
  std::optional<RequestId> outermost;
  const auto inner =
      lab.provide("Inner",
                  [&]() -> Result<void> {
                    ++runs;
                    EXPECT_TRUE(bus->cancel_call(*outermost));
                    return away();
                  },
                  {.execution = Execution::inline_, .idempotent = true, .retry = {.retries = 3}})
          .value();
  const auto outer = lab.provide("Outer",
                                 [&] {
                                   const auto ended = lab.call("Lab.Inner");
                                   if (!ended) inner_end = ended.error();
                                 })
                         .value();
  auto pending = bus.module("User").start("Lab.Outer", Payload()).value();
  outermost = pending.request_id();
  EXPECT_FALSE(pending.wait());
  bus.run();
  EXPECT_EQ(runs, 1);
  ASSERT_TRUE(inner_end);
  EXPECT_EQ(inner_end->reason(), reason::by_caller);
}

TEST(CallsFromElsewhere, of_callbacks_and_subscribers_belong_to_no_handler) {
  TestBus bus;
  const Module lab = bus.module("Lab");
  std::vector<std::chrono::nanoseconds> left;
  const auto inner =
      lab.provide("Inner", [&](CallContext& call) { left.push_back(call.remaining()); }).value();
  const auto call_inner = [&] { EXPECT_TRUE(lab.call("Lab.Inner", CallOptions{.timeout = 1h})); };
  bus->create_channel("Lab").value();
  const auto heard = lab.subscribe("Lab", "*", [&](const int&) { call_inner(); }).value();
  const auto outer =
      lab.provide("Outer",
                  [&] {
                    EXPECT_TRUE(lab.publish("Lab", "Step", 1));
                    const auto then = [&](const Result<void>&) { call_inner(); };
                    EXPECT_TRUE(lab.call_then("Lab.Inner", Payload(), then));
                    EXPECT_TRUE(lab.call("Lab.Inner"));  // while it waits, everything else is run
                  })
          .value();
  ASSERT_TRUE(bus.module("User").call("Lab.Outer", CallOptions{.timeout = 5s}));
  bus.run();
  EXPECT_EQ(std::ranges::count_if(left, [](auto time) { return time > 5s; }), 2);
  EXPECT_EQ(left.size(), 4U);
}

}  // namespace
}  // namespace modcomm
