// The registry of operations at the sizes that it is made for.
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <modcomm/modcomm.hpp>

namespace modcomm {
namespace {

TEST(OperationRegistry, a_hundred_thousand_operations_are_found_listed_once_called_and_gone) {
  constexpr std::size_t many = 100'000;
  Bus bus;
  const Module lab = bus.module("Lab");
  const Module user = bus.module("User");
  const auto name = [](std::size_t number) { return "Step" + std::to_string(number); };
  const auto held = std::make_shared<int>(0);  // by every handler

  std::vector<Registration> registrations;
  for (std::size_t i = 0; i < many; ++i) {
    const auto handler = [i, held] { return static_cast<int>(i); };
    registrations.push_back(
        lab.provide(name(i), handler, {.execution = Execution::inline_}).value());
  }
  EXPECT_EQ(held.use_count(), static_cast<long>(many) + 1);

  std::vector<bool> listed(many);
  for (const OperationInfo& info : bus.operations()) {
    const std::size_t number = std::stoul(info.name.substr(std::string_view("Lab.Step").size()));
    ASSERT_FALSE(listed.at(number)) << info.name << " is listed twice";
    listed[number] = true;
  }
  for (std::size_t i = 0; i < many; ++i) {
    ASSERT_TRUE(listed[i]) << name(i);
    ASSERT_EQ(user.call<int>("Lab." + name(i)).value(), static_cast<int>(i));
  }
  EXPECT_EQ(user.call("Lab." + name(many)).error().reason(), reason::no_operation);

  registrations.erase(registrations.begin(), registrations.begin() + many / 2);
  EXPECT_EQ(bus.operations().size(), many / 2);
  EXPECT_EQ(user.call("Lab." + name(0)).error().reason(), reason::no_operation);
  EXPECT_TRUE(user.call("Lab." + name(many - 1)));

  registrations.clear();
  EXPECT_TRUE(bus.operations().empty());
  EXPECT_EQ(held.use_count(), 1) << "handlers of removed operations live on";
}

TEST(Registry, a_listing_is_sorted_filtered_and_brief_unless_asked_for_more) {
  Bus bus;
  std::vector<Registration> kept;
  for (const char* const name : {"Verify", "Archive", "Checksum"}) {
    const auto handler = [](const int& weight) { return weight; };
    kept.push_back(bus.module("Lab").provide(name, handler, {.examples = {Value(1)}}).value());
  }
  kept.push_back(bus.module("Config").provide("Load", [] {}).value());
  const auto names = [&](const OperationQuery& query) {
    std::vector<std::string> listed;
    for (const OperationInfo& info : bus.operations(query)) listed.push_back(info.name);
    return listed;
  };
  EXPECT_THAT(names({}),
              testing::ElementsAre("Config.Load", "Lab.Archive", "Lab.Checksum", "Lab.Verify"));
  EXPECT_THAT(names({.pattern = "Lab.*e*"}),
              testing::ElementsAre("Lab.Archive", "Lab.Checksum", "Lab.Verify"));
  EXPECT_THAT(names({.pattern = "["}), testing::IsEmpty());

  const OperationInfo brief = bus.operations({.pattern = "Lab.Verify"}).front();
  EXPECT_TRUE(brief.parameters.is_null());
  EXPECT_TRUE(brief.examples.empty());
  const OperationInfo whole = bus.operations({.pattern = "Lab.Verify", .schemas = true}).front();
  EXPECT_EQ(whole.parameters, bus.operation("Lab.Verify")->parameters);
  EXPECT_EQ(whole.parameters["type"], "integer");
  EXPECT_EQ(whole.examples.size(), 1U);
}

}  // namespace
}  // namespace modcomm
