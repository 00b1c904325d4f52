// Calls on the deterministic executor: every form, and what each kind of failure is answered.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <modcomm/testing.hpp>

#include "support/each_execution.hpp"

namespace modcomm {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

struct ExecuteStep {
  std::string step_name{};
  int weight = 1;
};
BOOST_DESCRIBE_STRUCT(ExecuteStep, (), (step_name, weight))

struct StepResult {
  bool success = false;
  std::string detail{};
};
BOOST_DESCRIBE_STRUCT(StepResult, (), (success, detail))

StepResult done(const ExecuteStep& step) { return {.success = true, .detail = step.step_name}; }

class Calls : public test::EachExecution {};

INSTANTIATE_TEST_SUITE_P(Executions, Calls, test::both_executions, test::name_of_execution);

TEST_P(Calls, a_typed_call_gets_a_typed_reply) {
  const auto provided = lab.provide("Step", done, options()).value();
  const auto reply = user.call<StepResult>("Lab.Step", ExecuteStep{.step_name = "CreateVM"});
  EXPECT_TRUE(reply->success);
  EXPECT_EQ(reply->detail, "CreateVM");
}

TEST_P(Calls, json_goes_in_and_comes_out) {
  const auto provided = lab.provide("Step", done, options()).value();
  const Value reply = user.call<Value>("Lab.Step", Value{{"step_name", "CreateVM"}}).value();
  EXPECT_EQ(reply, (Value{{"success", true}, {"detail", "CreateVM"}}));
}

TEST_P(Calls, parameters_that_do_not_convert_are_refused_before_the_handler) {
  bool ran = false;
  const auto provided =
      lab.provide("Step", [&](const ExecuteStep&) { ran = true; }, options()).value();
  const auto refused =
      user.call("Lab.Step", Value{{"step_name", 5}, {"weight", "much"}, {"colour", 1}});
  EXPECT_EQ(refused.error().code(), Code::invalid_argument);
  EXPECT_EQ(refused.error().faults().size(), 3U);
  EXPECT_FALSE(ran);
}

TEST_P(Calls, handlers_take_what_their_signature_says) {
  const auto a = lab.provide("Nothing", [] { return 7; }, options()).value();
  const auto b =
      lab.provide(
             "Context", [](CallContext& call) { return std::string(call.caller()); }, options())
          .value();
  const auto c = lab.provide(
                        "Both",
                        [](const ExecuteStep& step, CallContext& call) -> Result<std::string> {
                          return step.step_name + "@" + std::string(call.operation());
                        },
                        options())
                     .value();
  const auto d = lab.provide("Silent", [](const ExecuteStep&) {}, options()).value();
  EXPECT_EQ(user.call<int>("Lab.Nothing").value(), 7);
  EXPECT_EQ(user.call<std::string>("Lab.Context").value(), "User");
  EXPECT_EQ(user.call<std::string>("Lab.Both", ExecuteStep{"a"}).value(), "a@Lab.Both");
  EXPECT_TRUE(user.call("Lab.Silent", ExecuteStep{"a"}).has_value());
}

TEST_P(Calls, a_failure_keeps_its_code_and_says_whose_it_was) {
  const auto provided = lab.provide(
                               "Step",
                               [](const ExecuteStep&) -> Result<StepResult> {
                                 return Error(Code::not_found, "no_vm", "there is no such machine");
                               },
                               options())
                            .value();
  const Error error = user.call<StepResult>("Lab.Step", ExecuteStep{}).error();
  EXPECT_EQ(error.code(), Code::not_found);
  EXPECT_EQ(error.reason(), "no_vm");
  EXPECT_EQ(error.attempts(), 1U);
  EXPECT_EQ(error.request_id().size(), 36U);
}

TEST_P(Calls, what_a_handler_throws_becomes_an_error) {
  const auto provided =
      lab.provide(
             "Step", [](const ExecuteStep&) -> StepResult { throw std::runtime_error("no disk"); },
             options())
          .value();
  const Error error = user.call<StepResult>("Lab.Step", ExecuteStep{}).error();
  EXPECT_EQ(error.code(), Code::internal);
  EXPECT_EQ(error.reason(), reason::handler_threw);
  EXPECT_THAT(error.message(), HasSubstr("no disk"));
}

TEST_P(Calls, an_unknown_operation_is_not_found) {
  const Error error = user.call("Lab.Nowhere").error();
  EXPECT_EQ(error.code(), Code::not_found);
  EXPECT_EQ(error.reason(), reason::no_operation);
  EXPECT_THAT(error.message(), HasSubstr("Lab.Nowhere"));
}

TEST_P(Calls, a_nested_call_ends_by_its_callers_deadline_and_keeps_its_trace) {
  std::vector<std::pair<SteadyTime, RequestId>> seen;
  const auto inner =
      lab.provide(
             "Inner",
             [&](CallContext& call) { seen.emplace_back(call.deadline(), call.trace_id()); },
             options())
          .value();
  const auto outer = lab.provide(
                            "Outer",
                            [&](CallContext& call) {
                              seen.emplace_back(call.deadline(), call.trace_id());
                              return lab.call("Lab.Inner", CallOptions{.timeout = 1h});
                            },
                            options())
                         .value();
  ASSERT_TRUE(user.call("Lab.Outer", CallOptions{.timeout = 5s}));
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0], seen[1]);
}

TEST_P(Calls, retries_wait_and_stop_at_the_first_success) {
  int runs = 0;
  const auto provided = lab.provide(
                               "Flaky",
                               [&]() -> Result<int> {
                                 if (++runs < 3)
                                   return Error(Code::unavailable, "away", "away for a moment");
                                 return runs;
                               },
                               options({.idempotent = true}))
                            .value();
  const SteadyTime before = bus.clock().now().steady;
  EXPECT_EQ(user.call<int>("Lab.Flaky", CallOptions{.retries = 3}).value(), 3);
  EXPECT_GT(bus.clock().now().steady, before);
  EXPECT_EQ(bus->operation("Lab.Flaky")->counts.retries, 2U);
}

TEST_P(Calls, what_had_begun_is_not_repeated_unless_that_does_no_harm) {
  int runs = 0;
  const auto provided = lab.provide(
                               "Pay",
                               [&]() -> Result<void> {
                                 ++runs;
                                 return Error(Code::internal, reason::handler_failed, "half done");
                               },
                               options())
                            .value();
  EXPECT_EQ(user.call("Lab.Pay", CallOptions{.retries = 3}).error().attempts(), 1U);
  EXPECT_EQ(
      user.call("Lab.Pay", CallOptions{.retries = 2, .even_if_begun = true}).error().attempts(),
      3U);
  EXPECT_EQ(runs, 4);
}

TEST_P(Calls, a_breaker_opens_refuses_and_recovers) {
  bool well = false;
  int runs = 0;
  const auto provided = lab.provide(
                               "Cloud",
                               [&]() -> Result<void> {
                                 ++runs;
                                 if (well) return {};
                                 return Error(Code::unavailable, "away", "the cloud is away");
                               },
                               options())
                            .value();
  for (int i = 0; i < 5; ++i) static_cast<void>(user.call("Lab.Cloud"));
  const Error refused = user.call("Lab.Cloud").error();
  EXPECT_EQ(refused.reason(), reason::circuit_open);
  EXPECT_GT(refused.retry_after(), 0s);
  EXPECT_EQ(runs, 5);
  EXPECT_EQ(bus->breaker("Lab.Cloud")->state, BreakerState::open);
  EXPECT_FALSE(user.call("Lab.Cloud", CallOptions{.breaker = false}));
  EXPECT_EQ(runs, 6);
  well = true;
  bus.advance(10s);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(user.call("Lab.Cloud"));
  EXPECT_EQ(bus->breaker("Lab.Cloud")->state, BreakerState::closed);
}

TEST_P(Calls, too_many_a_second_are_refused_with_the_time_to_wait) {
  const auto provided =
      lab.provide("Fast", [] {}, options({.rate_limit = {.per_second = 2, .burst = 2}})).value();
  EXPECT_TRUE(user.call("Lab.Fast"));
  EXPECT_TRUE(user.call("Lab.Fast"));
  const Error error = user.call("Lab.Fast").error();
  EXPECT_EQ(error.code(), Code::resource_exhausted);
  EXPECT_EQ(error.reason(), reason::rate);
  bus.advance(error.retry_after().value());
  EXPECT_TRUE(user.call("Lab.Fast"));
}

TEST_P(Calls, registering_again_replaces_and_handles_go_on) {
  auto first = lab.provide("Which", [] { return 1; }, options()).value();
  const auto which = user.operation<int>("Lab.Which").value();
  EXPECT_EQ(which.call().value(), 1);
  const auto second = lab.provide("Which", [] { return 2; }, options()).value();
  EXPECT_EQ(which.call().value(), 2);
  EXPECT_FALSE(first.active());
  first.close();
  EXPECT_EQ(which.call().value(), 2) << "the old registration ends only itself";
}

TEST_P(Calls, a_list_of_parameters_is_a_schema_with_defaults) {
  const auto provided =
      lab.provide(
             "Scale", [](const Value& parameters) -> Value { return parameters; },
             options({.parameters =
                          {{.name = "count", .type = "integer", .required = true, .minimum = 1},
                           {.name = "mode",
                            .type = "string",
                            .default_value = Value("fast"),
                            .one_of = {"fast", "safe"}}}}))
          .value();
  EXPECT_EQ(user.call<Value>("Lab.Scale", Value{{"count", 3}}).value(),
            (Value{{"count", 3}, {"mode", "fast"}}));
  const Error error =
      user.call<Value>("Lab.Scale", Value{{"count", 0}, {"mode", "odd"}, {"x", 1}}).error();
  EXPECT_EQ(error.code(), Code::invalid_argument);
  EXPECT_EQ(error.reason(), reason::validation);
  EXPECT_EQ(error.faults().size(), 3U);
}

TEST_P(Calls, the_untyped_form_gives_one_outcome) {
  const auto provided = lab.provide("Step", done, options()).value();
  const CallOutcome good = user.invoke("Lab.Step", Value{{"step_name", "a"}});
  EXPECT_TRUE(good.ok);
  EXPECT_EQ(good.data["detail"], "a");
  EXPECT_EQ(good.attempts, 1U);
  const CallOutcome bad = user.invoke("Lab.Nowhere", Value());
  EXPECT_FALSE(bad.ok);
  EXPECT_EQ(bad.error->reason, reason::no_operation);
}

TEST(PooledCalls, a_pending_call_ends_later) {
  TestBus bus;
  const auto provided = bus.module("Lab").provide("Step", done).value();
  auto pending = bus.module("User").start<StepResult>("Lab.Step", ExecuteStep{"a"}).value();
  EXPECT_FALSE(pending.ready());
  EXPECT_EQ(bus->calls().size(), 1U);
  EXPECT_EQ(pending.wait().value().detail, "a");
  EXPECT_TRUE(bus->calls().empty());
}

TEST(PooledCalls, a_callback_hears_the_end_once) {
  TestBus bus;
  const auto provided = bus.module("Lab").provide("Step", done).value();
  std::vector<std::string> heard;
  ASSERT_TRUE(bus.module("User").call_then<StepResult>(
      "Lab.Step", ExecuteStep{"a"},
      [&](const Result<StepResult>& reply) { heard.push_back(reply.value().detail); }));
  EXPECT_TRUE(heard.empty());
  bus.run();
  EXPECT_THAT(heard, testing::ElementsAre("a"));
}

TEST(PooledCalls, a_callback_that_throws_is_told_and_hurts_nobody) {
  std::vector<std::string> notices;
  TestBus bus(1, {.on_notice = [&](const Notice& told) {
                notices.push_back(std::string(told.name) + ": " + std::string(told.detail));
              }});
  const auto provided = bus.module("Lab").provide("Step", done).value();
  const auto throws = [](const Result<StepResult>&) { throw std::runtime_error("deaf"); };
  const auto call = [&] {
    return bus.module("User").call_then<StepResult>("Lab.Step", ExecuteStep{"a"}, throws);
  };
  ASSERT_TRUE(call());
  ASSERT_TRUE(call());
  bus.run();
  EXPECT_THAT(notices, testing::Contains(std::string(notice::handler_failed) +
                                         ": the callback of a call threw: deaf")
                           .Times(2));
  EXPECT_TRUE(bus->calls().empty());
  EXPECT_EQ(bus->operation("Lab.Step")->counts.succeeded, 2U);
}

TEST(PooledCalls, dropping_a_pending_call_cancels_it) {
  TestBus bus;
  bool ran = false;
  const auto provided = bus.module("Lab").provide("Step", [&] { ran = true; }).value();
  {
    auto pending = bus.module("User").start("Lab.Step", Payload()).value();
  }
  bus.run();
  EXPECT_FALSE(ran);
  EXPECT_TRUE(bus->calls().empty());
}

TEST(PooledCalls, a_call_is_cancelled_by_its_id) {
  TestBus bus;
  const auto provided = bus.module("Lab").provide("Step", [] {}).value();
  auto pending = bus.module("User").start("Lab.Step", Payload()).value();
  EXPECT_TRUE(bus->cancel_call(pending.request_id()));
  const Error error = pending.wait().error();
  EXPECT_EQ(error.code(), Code::cancelled);
  EXPECT_EQ(error.reason(), reason::by_caller);
  EXPECT_EQ(bus->cancel_call(pending.request_id()).error().reason(), reason::no_call);
}

TEST(PooledCalls, a_detached_calls_outcome_is_kept_and_given_once) {
  TestBus bus;
  const auto provided = bus.module("Lab").provide("Step", done).value();
  const RequestId id =
      bus.module("User").start<StepResult>("Lab.Step", ExecuteStep{"a"}).value().detach();
  bus.run();
  const CallOutcome outcome = bus->await_call(id, 1s).value();
  EXPECT_EQ(outcome.data["detail"], "a");
  EXPECT_EQ(bus->await_call(id, 1s).error().reason(), reason::no_call);
}

TEST(PooledCalls, a_deadline_in_the_queue_answers_the_caller_and_spares_the_handler) {
  TestBus bus;
  bool ran = false;
  const auto provided = bus.module("Lab").provide("Step", [&] { ran = true; }).value();
  auto pending =
      bus.module("User").start("Lab.Step", Payload(), CallOptions{.timeout = 2s}).value();
  bus.clock().advance(3s);
  EXPECT_EQ(pending.wait().error().code(), Code::deadline_exceeded);
  bus.run();
  EXPECT_FALSE(ran);
}

TEST(PooledCalls, progress_reaches_the_caller_and_the_list) {
  TestBus bus;
  std::vector<double> heard;
  const ProgressFunction hear = [&](const CallProgress& progress) {
    heard.push_back(progress.fraction);
  };
  const auto provided = bus.module("Lab")
                            .provide("Long",
                                     [&](CallContext& call) {
                                       call.progress(0.5, "half");
                                       EXPECT_EQ(bus->calls().front().progress_text, "half");
                                       call.progress(7);
                                     })
                            .value();
  auto pending =
      bus.module("User").start("Lab.Long", Payload(), CallOptions{.on_progress = &hear}).value();
  EXPECT_TRUE(pending.wait());
  EXPECT_THAT(heard, testing::ElementsAre(0.5, 1.0));
}

}  // namespace
}  // namespace modcomm
