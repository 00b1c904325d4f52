// One question to many operations, on the deterministic executor.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <modcomm/testing.hpp>

namespace modcomm {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

class Ask : public testing::Test {
 protected:
  /// `module`.Health answers its module's name, at the second attempt, after this time.
  void provide(const std::string& module, std::chrono::nanoseconds delay = 0ns) {
    auto answer = [module, delay](CallContext& call) -> Result<std::string> {
      if (delay == 0ns || call.attempt() == 2) return module;
      return Error(Code::unavailable, "later", "ask again").with_retry_after(delay);
    };
    const OperationOptions options{.idempotent = true, .retry = {.retries = 1}};
    provided.push_back(bus.module(module).provide("Health", answer, options).value());
  }

  static std::vector<std::string> names(const Answers<std::string>& all) {
    std::vector<std::string> names;
    for (const auto& answer : all.answers) names.push_back(answer.result.value());
    return names;
  }

  TestBus bus;
  Module console = bus.module("Console");
  std::vector<Registration> provided;
};

TEST_F(Ask, gathers_the_answers_of_all_in_the_order_in_which_they_come) {
  provide("Slow", 2s);
  provide("Lab");
  provide("Slower", 3s);
  const auto all = console.ask<std::string>("*.Health").value();
  EXPECT_THAT(names(all), ElementsAre("Lab", "Slow", "Slower"));
  EXPECT_THAT(all.silent, ElementsAre());
}

TEST_F(Ask, passes_the_parameters_to_each_and_takes_failures_as_answers) {
  const auto twice = bus.module("Lab").provide("Twice", [](const int& x) { return 2 * x; }).value();
  const auto broken = bus.module("Old")
                          .provide("Twice",
                                   [](const int&) -> Result<int> {
                                     return Error(Code::unimplemented, "too_old", "as planned");
                                   })
                          .value();
  const auto other =
      bus.module("Text").provide("Twice", [](const std::string& x) { return x + x; }).value();
  const auto all = console.ask<int>("*.Twice", 21).value();
  std::vector<std::string> seen;
  for (const auto& answer : all.answers) {
    seen.push_back(answer.operation + " " +
                   (answer.result ? std::to_string(*answer.result)
                                  : std::string(answer.result.error().reason())));
  }
  EXPECT_THAT(seen, UnorderedElementsAre("Lab.Twice 42", "Old.Twice too_old",
                                         "Text.Twice does_not_convert"));
}

TEST_F(Ask, ends_with_enough_answers) {
  provide("Slow", 10s);
  provide("Lab");
  provide("Quick", 1s);
  const auto all = console.ask<std::string>("*.Health", {}, {.count = 2}).value();
  EXPECT_THAT(names(all), ElementsAre("Lab", "Quick"));
  EXPECT_THAT(all.silent, ElementsAre("Slow.Health"));
}

TEST_F(Ask, ends_when_nobody_has_answered_for_a_while) {
  provide("A", 1s);
  provide("B", 2s);
  provide("C", 9s);
  const auto all = console.ask<std::string>("*.Health", {}, {.silence = 3s}).value();
  EXPECT_THAT(names(all), ElementsAre("A", "B"));
  EXPECT_THAT(all.silent, ElementsAre("C.Health"));
  EXPECT_TRUE(bus->calls().empty());
}

TEST_F(Ask, is_refused_when_nobody_is_asked_or_the_limits_make_no_sense) {
  provide("Lab");
  EXPECT_EQ(console.ask("*.NoSuch").error().reason(), reason::no_operation);
  EXPECT_EQ(console.ask("[").error().reason(), reason::bad_pattern);
  EXPECT_EQ(console.ask("*.Health", {}, {.timeout = 0s}).error().reason(), reason::validation);
  EXPECT_EQ(console.ask("*.Health", {}, {.silence = -1s}).error().reason(), reason::validation);
}

TEST_F(Ask, may_be_asked_by_a_handler_of_a_pool_that_has_one_thread) {
  provide("Lab");
  const auto ask = console
                       .provide("Poll",
                                [&]() -> Result<std::size_t> {
                                  const auto all = console.ask<std::string>("*.Health");
                                  if (!all) return all.error();
                                  return all.value().answers.size();
                                })
                       .value();
  EXPECT_EQ(console.call<std::size_t>("Console.Poll").value(), 1U);
}

}  // namespace
}  // namespace modcomm
