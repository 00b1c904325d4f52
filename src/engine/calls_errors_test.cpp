// What errors of calls say: whose they are, after how many attempts, and what was wrong.
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <modcomm/testing.hpp>

#include "support/each_execution.hpp"

namespace modcomm {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

struct Step {
  std::string name{};
  int n = 0;
};
BOOST_DESCRIBE_STRUCT(Step, (), (name, n))

class CallErrors : public test::EachExecution {
 protected:
  Registration text() {
    return lab.provide("Txt", [](const std::string& text) { return text; }, options()).value();
  }
  Registration limited() {
    return lab
        .provide(
            "Step", [](const Step&) {}, options({.parameters = {{.name = "n", .minimum = 0}}}))
        .value();
  }
};

INSTANTIATE_TEST_SUITE_P(Executions, CallErrors, test::both_executions, test::name_of_execution);

TEST_P(CallErrors, without_a_code_are_internal_and_count_for_the_breaker) {
  const auto plain = lab.provide("Int", []() -> Result<int> { return Error(); }, options()).value();
  const auto none =
      lab.provide("None", []() -> Result<void> { return Error(); }, options()).value();
  const auto thrown =
      lab.provide("Thrown", []() -> int { throw Exception(Error()); }, options()).value();
  for (const char* const name : {"Lab.Int", "Lab.None", "Lab.Thrown"}) {
    const Error error = user.call(name).error();
    EXPECT_EQ(error.code(), Code::internal) << name;
    EXPECT_EQ(error.reason(), reason::handler_failed) << name;
    EXPECT_THAT(error.message(), StartsWith(name));
    EXPECT_EQ(bus->breaker(name)->counts.failed, 1U) << name;
  }
}

TEST_P(CallErrors, without_a_code_of_a_middleware_are_internal_and_name_it) {
  const auto provided = text();
  ASSERT_TRUE(bus->call_middleware().add(
      {.name = "guard",
       .function = [](CallContext&, const Next&) -> Result<void> { return Error(); }}));
  const Error error = user.call("Lab.Txt", "x").error();
  EXPECT_EQ(error.reason(), reason::handler_failed);
  EXPECT_THAT(error.message(), HasSubstr("middleware 'guard' of Lab.Txt"));
}

TEST_P(CallErrors, name_the_middleware_that_threw) {
  const auto provided = text();
  ASSERT_TRUE(bus->call_middleware().add(
      {.name = "guard", .function = [](CallContext&, const Next&) -> Result<void> {
         throw std::runtime_error("as planned");
       }}));
  const Error error = user.call("Lab.Txt", "x").error();
  EXPECT_EQ(error.reason(), reason::handler_threw);
  EXPECT_EQ(error.message(), "middleware 'guard' of Lab.Txt threw: as planned");
}

TEST_P(CallErrors, of_calls_that_were_refused_before_the_first_attempt_tell_of_none) {
  const auto provided = limited();
  const Value wrong{{"name", 7}};
  const CallOptions negative{.timeout = -1s};
  EXPECT_EQ(user.call("Lab.Step", wrong).error().attempts(), 0U);
  EXPECT_EQ(user.start("Lab.Step", wrong).error().attempts(), 0U);
  EXPECT_EQ(user.invoke("Lab.Step", wrong).attempts, 0U);
  EXPECT_EQ(user.call("Lab.Step", Step{}, negative).error().attempts(), 0U);
  ASSERT_TRUE(user.call("Lab.Step", Step{}));
  const CallCounts counts = bus->operation("Lab.Step")->counts;
  EXPECT_EQ(counts.calls, 5U);
  EXPECT_EQ(counts.refused, 4U);
  EXPECT_EQ(counts.attempts, 1U);
  EXPECT_EQ(counts.retries, 0U);
}

TEST_P(CallErrors, of_replies_that_do_not_convert_name_operation_request_and_attempts) {
  const auto provided = text();
  std::vector<Error> errors{user.call<int>("Lab.Txt", "x").error(),
                            user.operation<int>("Lab.Txt")->call("x").error(),
                            user.start<int>("Lab.Txt", "x").value().wait().error(),
                            user.ask<int>("Lab.Txt", "x")->answers.at(0).result.error()};
  ASSERT_TRUE(user.call_then<int>(
      "Lab.Txt", "x", [&](const Result<int>& reply) { errors.push_back(reply.error()); }));
  bus.run();
  ASSERT_EQ(errors.size(), 5U);
  for (const Error& error : errors) {
    EXPECT_EQ(error.reason(), reason::does_not_convert);
    EXPECT_THAT(error.message(), StartsWith("Lab.Txt: reply: "));
    EXPECT_NE(RequestId::parse(error.request_id()), RequestId());
    EXPECT_EQ(error.attempts(), 1U);
  }
}

TEST_P(CallErrors, of_validation_name_the_operation_and_count_every_fault) {
  const auto provided = limited();
  const Error error = user.call("Lab.Step", Value{{"name", 7}, {"q", 2}, {"n", -1}}).error();
  EXPECT_THAT(error.message(), StartsWith("Lab.Step: "));
  EXPECT_THAT(error.message(), HasSubstr("(and 2 more faults)"));
  EXPECT_EQ(error.faults().size(), 3U);
  EXPECT_THAT(user.call("Lab.Step", Step{.n = -1}).error().message(), StartsWith("Lab.Step: n"));
  EXPECT_THAT(user.test("Lab.Step", Value{{"n", -1}}).stages.back().error->message,
              StartsWith("Lab.Step: n"));
}

TEST(PooledCallErrors, of_deadlines_round_the_time) {
  TestBus bus;
  const auto provided = bus.module("Lab").provide("Step", [] {}).value();
  auto pending = bus.module("User").start("Lab.Step", Payload(), {.timeout = 99'940'529ns}).value();
  bus.clock().advance(1s);
  EXPECT_THAT(pending.wait().error().message(), HasSubstr("did not answer within 99.9ms;"));
}

TEST(PendingCalls, give_their_reply_once) {
  TestBus bus;
  const auto provided =
      bus.module("Lab").provide("Txt", [](const std::string& text) { return text; }).value();
  const Module user = bus.module("User");
  auto pending = user.start<std::string>("Lab.Txt", "x").value();
  EXPECT_EQ(pending.wait().value(), "x");
  const Error again = pending.wait().error();
  EXPECT_EQ(again.code(), Code::failed_precondition);
  EXPECT_EQ(again.reason(), reason::closed);
  EXPECT_THAT(again.message(), HasSubstr("has given its reply"));
  auto left = user.start<std::string>("Lab.Txt", "x").value();
  static_cast<void>(std::move(left).detach());
  EXPECT_EQ(left.wait().error().reason(), reason::closed);  // NOLINT(bugprone-use-after-move)
}

}  // namespace
}  // namespace modcomm
