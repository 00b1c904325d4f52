// Operations that are tested stage by stage, and calls that are watched.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <modcomm/testing.hpp>

#include "support/each_execution.hpp"

namespace modcomm {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

struct Step {
  std::string name{};
};
BOOST_DESCRIBE_STRUCT(Step, (), (name))

std::vector<TestStage> stages_of(const OperationTest& test) {
  std::vector<TestStage> stages;
  for (const StageResult& result : test.stages) stages.push_back(result.stage);
  return stages;
}

class OperationTests : public test::EachExecution {};

INSTANTIATE_TEST_SUITE_P(Executions, OperationTests, test::both_executions,
                         test::name_of_execution);

TEST_P(OperationTests, a_test_goes_the_way_of_every_call_and_is_marked) {
  std::vector<bool> marked;
  const auto run = [&](const Step& step, const CallContext& call) {
    marked.push_back(call.test());
    return step.name + " done";
  };
  const auto provided = lab.provide("Step", run, options()).value();
  const OperationTest test = user.test("Lab.Step", Value{{"name", "archive"}});
  EXPECT_TRUE(test.ok);
  EXPECT_THAT(stages_of(test), ElementsAre(TestStage::found, TestStage::authorised,
                                           TestStage::valid, TestStage::called));
  EXPECT_EQ(test.data, "archive done");
  EXPECT_TRUE(user.call("Lab.Step", Step{}));
  EXPECT_THAT(marked, ElementsAre(true, false));
}

TEST_P(OperationTests, neither_counts_nor_breaker_hear_of_it) {
  const auto fail = []() -> Result<void> { return Error(Code::internal, "broken", "broken"); };
  const auto provided = lab.provide("Fail", fail, options({.retry = {.retries = 3}})).value();
  for (int i = 0; i < 20; ++i) {
    const OperationTest test = user.test("Lab.Fail", nullptr);
    EXPECT_FALSE(test.ok);
    EXPECT_EQ(test.stages.back().stage, TestStage::called);
    EXPECT_EQ(test.stages.back().error->reason, "broken");
  }
  EXPECT_EQ(bus->operation("Lab.Fail")->counts, CallCounts());
  EXPECT_EQ(bus->operation("Lab.Fail")->time.count, 0U);
  const BreakerInfo breaker = bus->breaker("Lab.Fail").value();
  EXPECT_EQ(breaker.state, BreakerState::closed);
  EXPECT_EQ(breaker.counts, BreakerCounts());
}

TEST_P(OperationTests, an_open_breaker_does_not_stand_in_its_way) {
  const auto provided = lab.provide("Step", [] {}, options()).value();
  ASSERT_TRUE(bus->force_breaker("Lab.Step", true));
  EXPECT_TRUE(user.test("Lab.Step", nullptr).ok);
  EXPECT_EQ(user.call("Lab.Step").error().reason(), reason::circuit_open);
}

TEST_P(OperationTests, the_first_stage_that_fails_is_the_last) {
  bool ran = false;
  const auto provided = lab.provide("Step", [&](const Step&) { ran = true; }, options()).value();
  const OperationTest missing = user.test("Lab.Nowhere", nullptr);
  EXPECT_THAT(stages_of(missing), ElementsAre(TestStage::found));
  EXPECT_EQ(missing.stages.back().error->reason, reason::no_operation);

  const OperationTest wrong = user.test("Lab.Step", Value{{"nmae", 7}});
  EXPECT_FALSE(wrong.ok);
  EXPECT_THAT(stages_of(wrong),
              ElementsAre(TestStage::found, TestStage::authorised, TestStage::valid));
  EXPECT_FALSE(wrong.stages.back().error->faults.empty());
  EXPECT_FALSE(ran);
  EXPECT_EQ(bus->operation("Lab.Step")->counts, CallCounts());
}

TEST_P(OperationTests, a_dry_run_stops_before_the_handler) {
  bool ran = false;
  const auto provided = lab.provide("Step", [&](const Step&) { ran = true; }, options()).value();
  const OperationTest test = user.test("Lab.Step", Value{{"name", "archive"}}, {.dry_run = true});
  EXPECT_TRUE(test.ok);
  EXPECT_THAT(stages_of(test),
              ElementsAre(TestStage::found, TestStage::authorised, TestStage::valid));
  EXPECT_FALSE(ran);
}

TEST(WatchedCalls, who_watches_hears_the_rest_and_nothing_after_the_end) {
  TestBus bus;
  std::vector<double> heard;
  RequestId id{};
  const auto watch = [&](const CallProgress& progress) { heard.push_back(progress.fraction); };
  const auto provided = bus.module("Lab")
                            .provide("Long",
                                     [&](CallContext& call) {
                                       call.progress(0.1);
                                       EXPECT_TRUE(bus->watch_call(call.request_id(), watch));
                                       call.progress(0.5);
                                       call.progress(0.9);
                                     })
                            .value();
  auto pending = bus.module("User").start("Lab.Long", Payload()).value();
  id = pending.request_id();
  EXPECT_TRUE(pending.wait());
  EXPECT_THAT(heard, ElementsAre(0.5, 0.9));
  EXPECT_EQ(bus->watch_call(id, watch).error().reason(), reason::no_call);
  EXPECT_EQ(bus->watch_call(id, nullptr).error().reason(), reason::validation);
}

TEST(WatchedCalls, what_a_watcher_throws_is_a_notice_and_not_the_handlers_failure) {
  for (const Execution execution : {Execution::pooled, Execution::inline_}) {
    std::vector<std::string> notices;
    TestBus bus(1, {.on_notice = [&](const Notice& told) {
                  if (told.name == notice::handler_failed) notices.emplace_back(told.detail);
                }});
    const auto provided = bus.module("Lab")
                              .provide("Long", [](CallContext& call) { call.progress(0.5); },
                                       {.execution = execution})
                              .value();
    const ProgressFunction fail = [](const CallProgress&) { throw std::runtime_error("deaf"); };
    EXPECT_TRUE(bus.module("User").call("Lab.Long", CallOptions{.on_progress = &fail}));
    EXPECT_THAT(notices, testing::ElementsAre("who watches the progress of a call threw: deaf"));
  }
}

}  // namespace
}  // namespace modcomm
