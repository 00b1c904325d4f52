// Parameters that are texts: characters of every kind are what a std::string is.
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <modcomm/testing.hpp>

#include "support/each_execution.hpp"

namespace modcomm {
namespace {

using testing::Each;
using testing::SizeIs;

class CallsWithText : public test::EachExecution {
 protected:
  std::vector<std::string> heard;
  Registration provided = lab.provide(
                                 "Echo",
                                 [this](const std::string& text) {
                                   heard.push_back(text);
                                   return text;
                                 },
                                 options())
                              .value();
};

INSTANTIATE_TEST_SUITE_P(Executions, CallsWithText, test::both_executions, test::name_of_execution);

TEST_P(CallsWithText, take_literals_pointers_and_views) {
  const char* const pointer = "hello";
  char array[] = "hello";
  const auto echo = user.operation<std::string>("Lab.Echo").value();
  EXPECT_EQ(user.call<std::string>("Lab.Echo", "hello").value(), "hello");
  EXPECT_EQ(user.call<std::string>("Lab.Echo", pointer).value(), "hello");
  EXPECT_EQ(user.call<std::string>("Lab.Echo", array).value(), "hello");
  EXPECT_EQ(user.call<std::string>("Lab.Echo", std::string_view("hello!").substr(0, 5)).value(),
            "hello");
  EXPECT_EQ(user.call<std::string>("Lab.Echo", std::string("hello")).value(), "hello");
  EXPECT_EQ(echo.call("hello").value(), "hello");
  EXPECT_EQ(echo.call(std::string_view("hello")).value(), "hello");
  EXPECT_THAT(heard, testing::AllOf(SizeIs(7), Each("hello")));
}

TEST_P(CallsWithText, keep_it_when_they_outlive_the_characters) {
  auto pending = [&] {
    const std::string text("hello, which is too long for the place inside a string");
    return user.start<std::string>("Lab.Echo", std::string_view(text)).value();
  }();
  EXPECT_EQ(pending.wait().value(), "hello, which is too long for the place inside a string");
  heard.clear();
  ASSERT_TRUE(user.send("Lab.Echo", "hello"));
  std::string answer;
  ASSERT_TRUE(user.call_then<std::string>(
      "Lab.Echo", "hello", [&](const Result<std::string>& reply) { answer = reply.value(); }));
  bus.run();
  EXPECT_EQ(answer, "hello");
  EXPECT_THAT(heard, testing::AllOf(SizeIs(2), Each("hello")));
}

TEST_P(CallsWithText, reach_handlers_that_take_json) {
  const auto json =
      lab.provide("Json", [](const Value& value) { return value; }, options()).value();
  EXPECT_EQ(user.call<Value>("Lab.Json", "hello").value(), Value("hello"));
}

}  // namespace
}  // namespace modcomm
