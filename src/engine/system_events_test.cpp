// What a bus tells of itself: every kind is listed, and its data keep to its schema.
#include <algorithm>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <modcomm/schema.hpp>
#include <modcomm/system_event.hpp>
#include <modcomm/testing.hpp>

namespace modcomm {
namespace {

using namespace std::chrono_literals;
using ::testing::IsSupersetOf;

/// A bus whose channels, handlers, operations and processor come and go.
void live(TestBus& bus) {
  const Module lab = bus.module("Lab");
  bus->create_channel("Jobs", {.capacity = 5}).value();
  auto failing =
      lab.subscribe("Jobs", "*", [](const int&) { throw std::runtime_error("broken"); }).value();
  auto step = lab.provide("Step", [] {}).value();
  const auto replaced = lab.provide("Step", [] {}).value();
  bus->force_breaker("Lab.Step", true).value();
  bus->stop_processor(0ns, true);
  for (int i = 0; i < 5; ++i) lab.publish("Jobs", "t", i).value();
  bus->start_processor();
  bus.run();
  bus.advance(2s);
  failing.close();
  bus->remove_channel("Jobs", true).value();
}

TEST(SystemEvents, are_all_listed_and_keep_to_the_schemas_of_their_kinds) {
  TestBus bus;
  std::set<std::string> seen;
  const auto watch =
      bus.module("Console")
          .on_event("System.*",
                    [&](const SystemEvent& what, const Event& event) {
                      seen.emplace(event.name());
                      EXPECT_FALSE(what.subject.empty()) << event.name();
                      const Schema schema =
                          Schema::compile(system_event_schema(event.name()).value()).value();
                      EXPECT_TRUE(schema.accepts(event.value().value())) << event.name();
                      EXPECT_FALSE(schema.accepts(Value{{"subject", 7}}));
                    })
          .value();
  live(bus);
  bus.run();
  EXPECT_THAT(seen, IsSupersetOf({"System.ModuleJoined", "System.ChannelCreated",
                                  "System.ChannelRemoved", "System.SubscriptionAdded",
                                  "System.SubscriptionEnded", "System.OperationRegistered",
                                  "System.OperationReplaced", "System.OperationRemoved",
                                  "System.BreakerChanged", "System.ProcessorStarted",
                                  "System.ProcessorStopped", "System.HandlerFailed",
                                  "System.SlowConsumerBegan", "System.SlowConsumerEnded"}));
}

TEST(SystemEvents, name_a_subscription_alike_at_its_begin_and_its_end) {
  TestBus bus;
  const MessageLog nothing(bus.module("m"), "Lab");
  std::vector<std::string> subjects;
  const auto watch =
      bus.module("Console")
          .on_event("System.Subscription*",
                    [&](const SystemEvent& what) { subjects.push_back(what.subject); })
          .value();
  static_cast<void>(bus.module("Lab").subscribe("Lab", "Step*", [](const Message&) {}).value());
  bus.run();
  ASSERT_GE(subjects.size(), 2U);
  EXPECT_EQ(subjects.at(subjects.size() - 2), subjects.back());
  EXPECT_THAT(subjects.back(), testing::HasSubstr("'Step*' on channel 'Lab'"));
}

TEST(SystemEvents, have_schemas_that_name_their_kind_and_version) {
  for (const SystemEventKind& kind : system_event_kinds()) {
    const Value schema = system_event_schema(kind.name).value();
    EXPECT_EQ(schema["$id"], "urn:modcomm:event:" + std::string(kind.name) + ":1");
    EXPECT_TRUE(Schema::compile(schema)) << kind.name;
    EXPECT_FALSE(kind.tells.empty());
  }
  EXPECT_EQ(system_event_schema("System.Unheard").error().reason(), reason::no_event);
}

}  // namespace
}  // namespace modcomm
