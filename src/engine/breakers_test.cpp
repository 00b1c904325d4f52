// Breakers of many operations at once: listed and reset by operation, by module, and all.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <modcomm/testing.hpp>

namespace modcomm {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Three operations whose only failure has opened their breakers.
class Breakers : public testing::Test {
 protected:
  Registration broken(const char* module, const char* name) {
    return bus.module(module)
        .provide(name,
                 []() -> Result<void> { return Error(Code::unavailable, "away", "as planned"); },
                 {.breaker = {.consecutive_failures = 1}})
        .value();
  }
  std::vector<std::string> open(std::string_view pattern = "*") {
    std::vector<std::string> names;
    for (const BreakerInfo& info : bus->breakers(pattern)) {
      if (info.state == BreakerState::open) names.push_back(info.operation);
    }
    return names;
  }
  void SetUp() override {
    for (const char* const name : {"Config.Load", "Lab.Run", "Lab.Verify"}) {
      EXPECT_EQ(bus.module("User").call(name).error().reason(), "away");
    }
  }

  TestBus bus;
  Registration verify = broken("Lab", "Verify");
  Registration run = broken("Lab", "Run");
  Registration load = broken("Config", "Load");
};

TEST_F(Breakers, are_listed_in_the_order_of_names_and_by_glob) {
  EXPECT_THAT(open(), ElementsAre("Config.Load", "Lab.Run", "Lab.Verify"));
  EXPECT_THAT(open("Lab.*"), ElementsAre("Lab.Run", "Lab.Verify"));
  EXPECT_THAT(open("["), IsEmpty());
  EXPECT_EQ(bus->breaker("Lab.Run")->operation, "Lab.Run");
}

TEST_F(Breakers, are_reset_by_operation_module_or_all) {
  EXPECT_EQ(bus->reset_breakers("Lab.Run"), 1U);
  EXPECT_THAT(open(), ElementsAre("Config.Load", "Lab.Verify"));
  EXPECT_EQ(bus->reset_breakers("Lab.*"), 1U) << "the other one is closed already";
  EXPECT_THAT(open(), ElementsAre("Config.Load"));
  ASSERT_TRUE(bus->force_breaker("Lab.Verify", true));
  EXPECT_EQ(bus->reset_breakers(), 1U) << "one is closed, one is forced";
  EXPECT_THAT(open(), IsEmpty());
  EXPECT_EQ(bus->breaker("Lab.Verify")->state, BreakerState::forced_open)
      << "what was forced is released, not reset";
  EXPECT_EQ(bus->reset_breakers("["), 0U);
}

TEST(ForcedBreakers, hold_for_an_operation_without_a_breaker_until_they_are_released) {
  TestBus bus;
  const auto provided =
      bus.module("Lab")
          .provide("Step", [] {}, {.execution = Execution::inline_, .breaker = {.enabled = false}})
          .value();
  const Module user = bus.module("User");
  EXPECT_TRUE(user.call("Lab.Step"));
  bus->force_breaker("Lab.Step", true).value();
  EXPECT_EQ(user.call("Lab.Step").error().reason(), reason::circuit_open);
  bus->force_breaker("Lab.Step", false).value();
  EXPECT_TRUE(user.call("Lab.Step"));
  bus->force_breaker("Lab.Step", true).value();
  bus->release_breaker("Lab.Step").value();
  EXPECT_TRUE(user.call("Lab.Step"));
}
}  // namespace
}  // namespace modcomm
