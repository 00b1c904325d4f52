// One question on one path: may this module call this operation?
#include <atomic>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <modcomm/modcomm.hpp>

#include "engine/engine.hpp"

namespace modcomm {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

/// Nobody but "Admin" may call.
struct Authorisation : ::testing::TestWithParam<Execution> {
  Result<void> may(std::string_view caller, std::string_view operation) {
    ++asked;
    if (caller == "Admin") return {};
    return Error(Code::permission_denied, reason::scope,
                 std::string(caller) + " has no scope for " + std::string(operation));
  }

  std::atomic<int> asked = 0;
  std::atomic<int> ran = 0;
  std::unique_ptr<Bus> bus = detail::BusOnFiles::make(
      {}, [this](std::string_view caller, const detail::Operation& operation) {
        return may(caller, operation.name());
      });
  Module user = bus->module("User");
  Module admin = bus->module("Admin");
  Registration step =
      bus->module("Lab")
          .provide("Step", [this] { ++ran; }, {.execution = GetParam(), .retry = {.retries = 3}})
          .value();
};

INSTANTIATE_TEST_SUITE_P(Executions, Authorisation,
                         ::testing::Values(Execution::pooled, Execution::inline_));

TEST_P(Authorisation, is_asked_once_a_call_and_a_refusal_is_neither_retried_nor_the_breakers) {
  const auto refused = user.call("Lab.Step");
  EXPECT_EQ(refused.error().code(), Code::permission_denied);
  EXPECT_EQ(refused.error().reason(), reason::scope);
  EXPECT_THAT(refused.error().message(), HasSubstr("User has no scope for Lab.Step"));
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(ran, 0);
  EXPECT_EQ(bus->breaker("Lab.Step")->counts.failed, 0U);
  EXPECT_TRUE(admin.call("Lab.Step"));
  EXPECT_EQ(ran, 1);
}

TEST_P(Authorisation, holds_for_every_way_to_call) {
  const auto callback = [](const Result<void>&) { FAIL() << "it never began"; };
  EXPECT_EQ(user.start("Lab.Step", Payload()).error().reason(), reason::scope);
  EXPECT_EQ(user.call_then("Lab.Step", Payload(), callback).error().reason(), reason::scope);
  EXPECT_EQ(user.send("Lab.Step", Payload()).error().reason(), reason::scope);
  EXPECT_EQ(user.invoke("Lab.Step", Value()).error->reason, reason::scope);
  EXPECT_EQ(user.operation<void>("Lab.Step").value().call().error().reason(), reason::scope);
  bus->drain(10s).value();
  EXPECT_EQ(ran, 0);
}

TEST_P(Authorisation, is_a_stage_of_a_test) {
  const OperationTest refused = user.test("Lab.Step", nullptr);
  EXPECT_FALSE(refused.ok);
  ASSERT_EQ(refused.stages.size(), 2U);
  EXPECT_EQ(refused.stages.back().stage, TestStage::authorised);
  EXPECT_EQ(refused.stages.back().error->reason, reason::scope);
  EXPECT_TRUE(admin.test("Lab.Step", nullptr).ok);
}

}  // namespace
}  // namespace modcomm
