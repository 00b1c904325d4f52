// Channels and subscriptions are made, listed, tested and ended at run time.
#include <latch>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <modcomm/testing.hpp>

#include "support/ledger.hpp"

namespace modcomm {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> names(const Bus& bus) {
  std::vector<std::string> all;
  for (const ChannelInfo& channel : bus.channels()) all.push_back(channel.name);
  return all;
}

TEST(Channels, creating_one_again_says_so_unless_the_options_differ) {
  TestBus bus;
  const ChannelOptions options{.description = "steps", .capacity = 5};
  EXPECT_TRUE(bus->create_channel("Lab", options)->created);
  bus.advance(1h);
  const auto again = bus->create_channel("Lab", options);
  EXPECT_FALSE(again->created);
  EXPECT_EQ(again->channel.options, options);
  EXPECT_EQ(again->channel.created, bus.clock().now().wall - 1h);
  const auto other = bus->create_channel("Lab", {.capacity = 6});
  EXPECT_EQ(other.error().code(), Code::already_exists);
  EXPECT_EQ(other.error().reason(), reason::other_options);
}

TEST(Channels, events_is_there_and_subscribing_makes_others_while_publishing_does_not) {
  TestBus bus;
  EXPECT_THAT(names(bus.bus()), ElementsAre("Events"));
  EXPECT_EQ(bus.module("m").publish("Lab", "t").error().reason(), reason::no_channel);
  EXPECT_EQ(bus.module("m").publisher("Lab", "t").error().reason(), reason::no_channel);
  MessageLog log(bus.module("m"), "Lab");
  EXPECT_THAT(names(bus.bus()), ElementsAre("Events", "Lab"));
  EXPECT_TRUE(bus.module("m").publish("Lab", "t"));

  for (const BusOptions& options :
       {BusOptions{.auto_create = true}, BusOptions{.preset = Preset::v2}}) {
    TestBus willing(1, options);
    EXPECT_TRUE(willing.module("m").publish("Lab", "t"));
    EXPECT_THAT(names(willing.bus()), ElementsAre("Events", "Lab"));
  }
}

TEST(Channels, patterns_ignore_case_when_the_bus_or_the_subscription_says_so) {
  const auto heard_with = [](Preset preset, std::optional<bool> ignore_case) {
    TestBus bus(1, {.preset = preset});
    MessageLog log(bus.module("m"), "Lab", "step*", {.ignore_case = ignore_case});
    bus.module("m").publish("Lab", "StepDone").value();
    bus.run();
    return !log.empty();
  };
  EXPECT_FALSE(heard_with(Preset::standard, {}));
  EXPECT_TRUE(heard_with(Preset::standard, true));
  EXPECT_TRUE(heard_with(Preset::v2, {}));
  EXPECT_FALSE(heard_with(Preset::v2, false));
}

TEST(Channels, one_in_use_is_removed_by_force_only_and_its_users_are_told) {
  TestBus bus;
  std::vector<std::string> told;
  const auto publisher = [&] { return bus.module("m").publisher("Lab", "t"); };
  Subscription subscription =
      bus.module("m")
          .subscribe("Lab", "*", [](const Message&) {},
                     {.on_end = [&](const Error& why) { told.push_back(why.to_string()); }})
          .value();
  const Publisher old = publisher().value();
  for (int i = 0; i < 3; ++i) old.publish(i).value();
  const auto refused = bus->remove_channel("Lab");
  EXPECT_EQ(refused.error().code(), Code::failed_precondition);
  EXPECT_EQ(refused.error().reason(), reason::in_use);
  EXPECT_THAT(refused.error().message(), HasSubstr("1 subscriptions, 3 messages"));

  EXPECT_EQ(bus->remove_channel("Lab", true).value(), 3U);
  EXPECT_THAT(told, ElementsAre(HasSubstr("cancelled/shutdown: channel 'Lab' was removed")));
  EXPECT_FALSE(subscription.active());
  EXPECT_EQ(old.publish(4).error().reason(), reason::closed);
  EXPECT_EQ(publisher().error().reason(), reason::no_channel);
  EXPECT_EQ(bus->remove_channel("Lab", true).error().reason(), reason::no_channel);

  bus->create_channel("Lab").value();
  EXPECT_TRUE(bus.module("m").publish("Lab", "t"));  // handles find the new one by its name
  bus.run();
  const MessageCounts all = bus->info().messages;
  EXPECT_EQ(all.accepted, 4U);
  EXPECT_EQ(all.cleared, 3U);
  test::expect_quiet_and_balanced(bus.bus());
}

TEST(Channels, one_that_nobody_uses_goes_without_force) {
  TestBus bus;
  bus->create_channel("Lab").value();
  {
    MessageLog log(bus.module("m"), "Lab");
  }
  EXPECT_EQ(bus->remove_channel("Lab").value(), 0U);
}

TEST(Channels, listings_show_limits_counts_and_activity) {
  TestBus bus;
  bus->create_channel("Lab", {.description = "steps", .capacity = 7}).value();
  MessageLog log(bus.module("m"), "Lab", "known");
  bus.advance(5s);
  bus.module("m").publish("Lab", "known", std::string(100, 'x')).value();
  bus.module("m").publish("Lab", "unknown").value();
  const ChannelInfo before = bus->channel("Lab").value();
  EXPECT_EQ(before.counts.queued, 2U);
  EXPECT_GE(before.queued_bytes, 100U);
  bus.advance(3s);
  const ChannelInfo info = bus->channel("Lab").value();
  EXPECT_EQ(info.options.description, "steps");
  EXPECT_EQ(info.options.capacity, 7U);
  EXPECT_EQ(info.subscriptions, 1U);
  EXPECT_EQ(info.counts, (MessageCounts{.accepted = 2, .routed = 1, .unrouted = 1}));
  EXPECT_EQ(info.last_activity - info.created, 5s);
  EXPECT_EQ(info.queue_time.count, 2U);
  EXPECT_EQ(info.queue_time.max, 3'000'000'000U);
}

// ---- test_channel ----

TEST(ChannelTests, a_probe_takes_the_real_path_and_no_handler_sees_it) {
  for (const Delivery delivery : {Delivery::queued, Delivery::inline_}) {
    TestBus bus;
    bus->create_channel("Lab", {.delivery = delivery}).value();
    MessageLog log(bus.module("m"), "Lab");
    const ChannelTest test = bus->test_channel("Lab");
    EXPECT_TRUE(test.success);
    EXPECT_THAT(test.faults, IsEmpty());
    EXPECT_TRUE(log.empty());
    test::expect_quiet_and_balanced(bus.bus());
  }
}

TEST(ChannelTests, each_fault_is_reported_and_nothing_is_thrown) {
  TestBus bus;
  EXPECT_THAT(bus->test_channel("Missing").faults, ElementsAre(HasSubstr("no channel 'Missing'")));
  bus->create_channel("Full", {.capacity = 1}).value();
  bus->stop_processor();
  bus.module("m").publish("Full", "t").value();
  EXPECT_THAT(bus->test_channel("Events", 2s).faults,
              ElementsAre(HasSubstr("processor is stopped"), HasSubstr("did not arrive")));
  EXPECT_THAT(bus->test_channel("Full").faults,
              ElementsAre(HasSubstr("processor is stopped"), HasSubstr("over 80 %"),
                          HasSubstr("is full: 1 messages wait")));
  EXPECT_FALSE(bus->test_channel("Full").success);
  bus->close();
  EXPECT_THAT(bus->test_channel("Events").faults, testing::Contains(HasSubstr("takes no more")));
}

TEST(ChannelTests, one_that_a_handler_holds_up_is_found_out_in_time) {
  Bus bus({.workers = 2});
  std::latch running(1);
  std::latch go_on(1);
  const auto subscription = bus.module("m").subscribe("Lab", "*", [&](const Message&) {
    running.count_down();
    go_on.wait();
  });
  bus.module("m").publish("Lab", "t").value();
  running.wait();
  EXPECT_THAT(bus.test_channel("Lab", 1ms).faults,
              ElementsAre(HasSubstr("a handler holds the channel up")));
  go_on.count_down();
}

TEST(ChannelTests, asked_by_a_handler_of_that_channel_it_answers_at_once) {
  TestBus bus;
  ChannelTest test;
  const auto subscription = bus.module("m").subscribe(
      "Lab", "*", [&](const Message&) { test = bus->test_channel("Lab"); });
  bus.module("m").publish("Lab", "t").value();
  bus.run();
  EXPECT_FALSE(test.success);
  EXPECT_EQ(test.took, 0s);
  EXPECT_THAT(test.faults, ElementsAre(HasSubstr("inside its own handler")));
}

// ---- subscriptions ----

TEST(Subscriptions, are_listed_with_what_they_did) {
  TestBus bus;
  Subscription one = bus.module("LabRunner")
                         .subscribe("Lab", "Step*",
                                    [](const Message& message) {
                                      if (message.type() == "StepFailed")
                                        throw std::runtime_error("out of disk");
                                    },
                                    {.priority = Priority::high,
                                     .filters = {{.name = "real",
                                                  .matches =
                                                      [](const Message& message) {
                                                        return message.header("dry").empty();
                                                      },
                                                  .order = 10}},
                                     .keep_errors = 2})
                         .value();
  const Header dry[] = {{"dry", "1"}};
  const Module module = bus.module("m");
  for (int i = 0; i < 3; ++i) module.publish("Lab", "StepFailed").value();
  module.publish("Lab", "StepDone").value();
  module.publish("Lab", "StepDone", {.headers = dry}).value();
  module.publish("Lab", "Other").value();
  bus.run();
  const auto listed = bus->subscriptions({.id = one.id()});
  ASSERT_EQ(listed.size(), 1U);
  const SubscriptionInfo& info = listed.front();
  EXPECT_EQ(info.module, "LabRunner");
  EXPECT_EQ(info.channel, "Lab");
  EXPECT_EQ(info.pattern, "Step*");
  EXPECT_EQ(info.priority, Priority::high);
  EXPECT_FALSE(info.concurrent);
  EXPECT_EQ(info.counts.matched, 4U);
  EXPECT_EQ(info.counts.succeeded, 1U);
  EXPECT_EQ(info.counts.failed, 3U);
  ASSERT_EQ(info.filters.size(), 1U);
  EXPECT_EQ(info.filters[0].asked, 5U);
  EXPECT_EQ(info.filters[0].passed, 4U);
  EXPECT_EQ(info.last_message, bus.clock().now().wall);
  ASSERT_EQ(info.last_errors.size(), 2U);
  EXPECT_EQ(info.last_errors[1].error, "out of disk");
  EXPECT_EQ(info.last_errors[1].type, "StepFailed");
}

TEST(Subscriptions, are_cancelled_by_id_channel_module_and_pattern) {
  TestBus bus;
  int told = 0;
  std::vector<Subscription> all;
  const auto subscribe = [&](std::string_view module, std::string_view channel,
                             std::string_view pattern) {
    all.push_back(
        bus.module(module)
            .subscribe(
                channel, pattern, [](const Message&) {},
                {.on_end = [&](const Error& why) { told += why.reason() == reason::by_caller; }})
            .value());
    return all.back().id();
  };
  subscribe("a", "A", "*");
  subscribe("a", "B", "x*");
  subscribe("b", "A", "x*");
  const SubscriptionId last = subscribe("b", "B", "*");
  EXPECT_EQ(bus->subscriptions().size(), 4U);
  EXPECT_EQ(bus->subscriptions({.pattern = "x*"}).size(), 2U);
  EXPECT_EQ(bus->cancel_subscriptions({.channel = "A", .module = "nobody"}), 0U);
  EXPECT_EQ(bus->cancel_subscriptions({.channel = "B", .pattern = "x*"}), 1U);
  EXPECT_EQ(bus->cancel_subscriptions({.id = last}), 1U);
  EXPECT_EQ(bus->cancel_subscriptions({.id = last}), 0U);
  EXPECT_EQ(bus->cancel_subscriptions({.module = "b"}), 1U);
  EXPECT_EQ(bus->cancel_subscriptions({.channel = "A"}), 1U);
  EXPECT_EQ(told, 4);
  EXPECT_TRUE(std::ranges::none_of(all, &Subscription::active));
}

TEST(Subscriptions, filters_come_and_go_and_run_in_their_order) {
  TestBus bus;
  std::string asked;
  const auto filter = [&](char name, bool matches) {
    return [&asked, name, matches](const Message&) {
      asked += name;
      return matches;
    };
  };
  MessageLog log(bus.module("m"), "Lab");
  Subscription& subscription = log.subscription();
  EXPECT_TRUE(subscription.add_filter("c", filter('c', true), 70));
  EXPECT_TRUE(subscription.add_filter("a", filter('a', true), 10));
  EXPECT_TRUE(subscription.add_filter("b", filter('b', false)));
  EXPECT_EQ(subscription.add_filter("b", filter('b', true)).error().reason(), reason::name_taken);
  const auto publish = [&] {
    asked.clear();
    bus.module("m").publish("Lab", "t").value();
    bus.run();
    return asked;
  };
  EXPECT_EQ(publish(), "ab");
  EXPECT_TRUE(log.empty());
  EXPECT_TRUE(subscription.remove_filter("b"));
  EXPECT_EQ(subscription.remove_filter("b").error().reason(), reason::no_filter);
  EXPECT_EQ(publish(), "ac");
  EXPECT_EQ(log.size(), 1U);
  for (const char* name : {"a", "c"}) EXPECT_TRUE(subscription.remove_filter(name));
  EXPECT_EQ(publish(), "");
  EXPECT_EQ(log.size(), 2U);
}

TEST(Subscriptions, a_message_for_one_module_reaches_no_other) {
  TestBus bus;
  MessageLog mine(bus.module("LabRunner"), "Lab");
  MessageLog theirs(bus.module("PatchManager"), "Lab");
  bus.module("m").publish("Lab", "t", {.target = "LabRunner"}).value();
  bus.run();
  EXPECT_EQ(mine.size(), 1U);
  EXPECT_TRUE(theirs.empty());
  EXPECT_EQ(theirs.subscription().info().counts.matched, 0U);
}

TEST(Channels, events_has_its_own_in_every_bus) {
  TestBus bus;
  EXPECT_TRUE(bus->channel("Events"));
  for (const bool force : {false, true}) {
    EXPECT_EQ(bus->remove_channel("Events", force).error().reason(), reason::in_use);
  }
  EXPECT_FALSE(bus->channel("Lab"));
  bus.module("m").emit("LabStarted", {.channel = "Lab"}).value();
  EXPECT_TRUE(bus->channel("Lab")) << "emitting makes a missing one";
}

TEST(ChannelTests, a_probe_takes_no_message_s_place) {
  for (const Overflow overflow :
       {Overflow::reject, Overflow::drop_oldest, Overflow::drop_newest, Overflow::conflate}) {
    TestBus bus;
    bus->create_channel("Lab", {.capacity = 1, .overflow = overflow}).value();
    bus->stop_processor(0ns, true);
    bus.module("m").publish("Lab", "t", 1).value();
    EXPECT_FALSE(bus->test_channel("Lab", 1ms).success);
    EXPECT_EQ(bus->channel("Lab")->counts.queued, 1U);
    EXPECT_EQ(bus->channel("Lab")->counts.dropped, 0U);
  }
}
}  // namespace
}  // namespace modcomm
