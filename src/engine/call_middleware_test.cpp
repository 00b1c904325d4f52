// Middleware around calls, whoever's thread runs them: its order, what it may do, and how it changes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <modcomm/testing.hpp>

#include "support/each_execution.hpp"

namespace modcomm {
namespace {

struct ExecuteStep {
  std::string step_name{};
};
BOOST_DESCRIBE_STRUCT(ExecuteStep, (), (step_name))

std::string greet(const ExecuteStep& step) { return step.step_name; }

class CallMiddlewareTest : public test::EachExecution {};

INSTANTIATE_TEST_SUITE_P(Executions, CallMiddlewareTest, test::both_executions,
                         test::name_of_execution);

TEST_P(CallMiddlewareTest, middleware_surrounds_a_call_in_its_order) {
  std::vector<std::string> story;
  const auto teller = [&](std::string name) {
    return [&story, name](CallContext&, const Next& next) -> Result<void> {
      story.push_back(name + " before");
      const Result<void> result = next();
      story.push_back(name + " after");
      return result;
    };
  };
  const auto provided =
      lab.provide(
             "Step", [&] { story.emplace_back("handler"); },
             options({.middleware = {{.name = "own", .function = teller("own"), .order = 70}}}))
          .value();
  ASSERT_TRUE(
      bus->call_middleware().add({.name = "late", .function = teller("late"), .order = 80}));
  ASSERT_TRUE(
      bus->call_middleware().add({.name = "early", .function = teller("early"), .order = 10}));
  ASSERT_TRUE(user.call("Lab.Step"));
  EXPECT_THAT(story, testing::ElementsAre("early before", "own before", "late before", "handler",
                                          "late after", "own after", "early after"));
  story.clear();
  const std::vector<MiddlewareInfo> global = bus->call_middleware().list().value();
  ASSERT_EQ(global.size(), 2U);
  EXPECT_EQ(global.back().name, "late");
  EXPECT_EQ(global.back().position, 1U);
  EXPECT_EQ(global.back().order, 80);
  EXPECT_EQ(global.back().since, bus.clock().now().wall);
  ASSERT_TRUE(bus->call_middleware().enable("late", false));
  ASSERT_TRUE(bus->call_middleware().remove("early"));
  ASSERT_TRUE(user.call("Lab.Step"));
  EXPECT_THAT(story, testing::ElementsAre("own before", "handler", "own after"));
  story.clear();
  ASSERT_TRUE(user.call("Lab.Step", CallOptions{.middleware = false}));
  EXPECT_THAT(story, testing::ElementsAre("handler"));
}

TEST_P(CallMiddlewareTest,
       middleware_of_one_operation_comes_goes_and_keeps_its_place_when_it_is_replaced) {
  std::vector<std::string> story;
  const auto teller = [&](std::string name) {
    return [&story, name](CallContext&, const Next& next) -> Result<void> {
      story.push_back(name);
      return next();
    };
  };
  const auto provided = lab.provide("Step", [] {}, options()).value();
  const auto other = lab.provide("Other", [] {}, options()).value();
  const auto own = bus->call_middleware("Lab.Step");
  ASSERT_TRUE(own.add({.name = "a", .function = teller("a")}));
  ASSERT_TRUE(own.add({.name = "b", .function = teller("b")}));
  ASSERT_TRUE(own.add({.name = "c", .function = teller("c")}));
  ASSERT_TRUE(own.replace({.name = "b", .function = teller("new b")}));
  ASSERT_TRUE(user.call("Lab.Step"));
  ASSERT_TRUE(user.call("Lab.Other"));
  EXPECT_THAT(story, testing::ElementsAre("a", "new b", "c"));
  story.clear();
  ASSERT_TRUE(own.replace({.name = "c", .function = teller("c"), .order = 1}));
  ASSERT_TRUE(own.remove("a"));
  ASSERT_TRUE(user.call("Lab.Step"));
  EXPECT_THAT(story, testing::ElementsAre("c", "new b"));
  EXPECT_EQ(own.remove("a").error().reason(), reason::no_middleware);
}

TEST_P(CallMiddlewareTest, the_context_tells_what_is_known_of_its_operation) {
  OperationInfo seen;
  const auto provided = lab.provide(
                               "Step", [&](CallContext& call) { seen = call.info(); },
                               options({.description = "One step", .version = "2.1"}))
                            .value();
  ASSERT_TRUE(user.call("Lab.Step"));
  EXPECT_EQ(seen.name, "Lab.Step");
  EXPECT_EQ(seen.description, "One step");
  EXPECT_EQ(seen.version, "2.1");
}

TEST_P(CallMiddlewareTest, middleware_changes_parameters_answers_early_and_wraps_errors) {
  const auto provided = lab.provide("Step", greet, options()).value();
  ASSERT_TRUE(bus->call_middleware().add(
      {.name = "guard", .function = [](CallContext& call, const Next& next) -> Result<void> {
         auto step = call.parameters<ExecuteStep>().value();
         if (step.step_name == "cached")
           return call.answer(std::string("from the cache")), Result<void>();
         if (step.step_name == "bad") return Error(Code::aborted, "no", "not today");
         call.set_parameters(ExecuteStep{.step_name = step.step_name + "!"});
         const Result<void> result = next();
         auto reply = call.reply<std::string>().value();
         call.answer(reply + "?");
         return result;
       }}));
  const auto detail_of = [&](const char* name) {
    return user.call<std::string>("Lab.Step", ExecuteStep{.step_name = name}).value();
  };
  EXPECT_EQ(detail_of("a"), "a!?");
  EXPECT_EQ(detail_of("cached"), "from the cache");
  EXPECT_EQ(user.call<std::string>("Lab.Step", ExecuteStep{"bad"}).error().reason(), "no");
}

}  // namespace
}  // namespace modcomm
