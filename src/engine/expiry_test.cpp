// Expired messages are never handed to a handler, and are counted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <modcomm/testing.hpp>

#include "support/ledger.hpp"

namespace modcomm {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using testing::ElementsAre;

TEST(Expiry, no_handler_sees_an_expired_message_whenever_time_passes) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed, bool concurrent) {
    TestBus bus(seed);
    std::uint64_t heard = 0;
    const auto subscription =
        bus.module("m")
            .subscribe(
                "Lab", "*",
                [&](const Message& message) {
                  RC_ASSERT((!message.expires() || *message.expires() > bus.clock().now().wall));
                  ++heard;
                  bus.clock().advance(
                      nanoseconds(*message.get_if<int>()));  // the rest of the batch ages
                },
                {.concurrent = concurrent})
            .value();
    const auto published = *rc::gen::inRange(1, 200);
    for (int i = 0; i < published; ++i) {
      const nanoseconds ttl(*rc::gen::element(0, 1, 50, 400));
      bus.module("m").publish("Lab", "t", *rc::gen::inRange(0, 10), {.ttl = ttl}).value();
      if (i % 16 == 0) bus.advance(nanoseconds(*rc::gen::inRange(0, 20)));
    }
    bus.run();
    const BusInfo info = bus->info();
    RC_ASSERT(info.deliveries.succeeded == heard);
    RC_ASSERT(info.deliveries.failed == 0U);
    RC_ASSERT(info.messages.expired + info.deliveries.expired + heard == std::uint64_t(published));
    RC_ASSERT(static_cast<bool>(test::balanced(info.messages)));
    RC_ASSERT(static_cast<bool>(test::balanced(info.deliveries)));
  }));
}

TEST(Expiry, an_earlier_handler_of_the_same_batch_may_be_what_takes_the_time) {
  TestBus bus;
  std::vector<std::string> heard;
  const auto subscription = bus.module("m").subscribe("Lab", "*", [&](const Message& message) {
    heard.emplace_back(message.type());
    if (message.type() == "slow") bus.clock().advance(1min);
  });
  const Module module = bus.module("m");
  for (const auto& [type, ttl] :
       {std::pair{"quick", 30s}, {"slow", 30s}, {"late", 60s}, {"lasting", 61s}}) {
    module.publish("Lab", type, {.ttl = ttl}).value();
  }
  module.publish("Lab", "for_ever", {.ttl = nanoseconds::max()}).value();
  bus.run();
  EXPECT_THAT(heard, ElementsAre("quick", "slow", "lasting", "for_ever"));
  EXPECT_EQ(bus->channel("Lab")->counts.expired, 1U);
}

TEST(Expiry, a_message_that_expires_with_one_handler_reaches_no_other) {
  TestBus bus;
  std::vector<std::string> heard;
  const Module module = bus.module("m");
  const auto slow = module
                        .subscribe("Lab", "*",
                                   [&](const Message& message) {
                                     heard.push_back("first " + std::string(message.type()));
                                     bus.clock().advance(1min);
                                   },
                                   {.priority = Priority::high})
                        .value();
  const auto plain = module
                         .subscribe("Lab", "*",
                                    [&](const Message& message) {
                                      heard.push_back("second " + std::string(message.type()));
                                    })
                         .value();
  MessageLog concurrent(module, "Lab", "*", {.concurrent = true});
  module.publish("Lab", "short", {.ttl = 30s}).value();
  bus.run();
  module.publish("Lab", "long", {.ttl = 1h}).value();
  bus.run();
  EXPECT_THAT(heard, ElementsAre("first short", "first long", "second long"));
  EXPECT_THAT(concurrent.types(), ElementsAre("long"));
  for (const SubscriptionInfo& late : {plain.info(), concurrent.subscription().info()}) {
    EXPECT_EQ(late.counts.matched, 2U);
    EXPECT_EQ(late.counts.succeeded, 1U);
    EXPECT_EQ(late.counts.expired, 1U);
  }
  test::expect_quiet_and_balanced(bus.bus());
}

TEST(Expiry, a_channel_gives_its_time_to_messages_that_bring_none) {
  TestBus bus;
  bus->create_channel("Lab", {.default_ttl = 10s}).value();
  MessageLog log(bus.module("m"), "Lab");
  bus->stop_processor(0s, true);
  const Module module = bus.module("m");
  module.publish("Lab", "default").value();
  module.publish("Lab", "own", {.ttl = 1h}).value();
  module.publish("Lab", "never", {.ttl = nanoseconds::max()}).value();
  bus.advance(10s);
  bus.clock().jump_wall(-1h);  // somebody sets the machine's clock: time-outs do not care
  bus->start_processor();
  bus.run();
  EXPECT_THAT(log.types(), ElementsAre("own", "never"));
}

TEST(Expiry, room_that_expired_messages_take_is_room) {
  TestBus bus;
  bus->create_channel("Lab", {.capacity = 2}).value();
  bus->stop_processor(0s, true);
  const Module module = bus.module("m");
  module.publish("Lab", "t", {.ttl = 1s}).value();
  module.publish("Lab", "t").value();
  EXPECT_EQ(module.publish("Lab", "t").error().reason(), reason::queue_full);
  bus.advance(1s);
  EXPECT_TRUE(module.publish("Lab", "t"));
  EXPECT_EQ(bus->channel("Lab")->counts.expired, 1U);
}

TEST(Expiry, is_looked_at_before_each_handler_of_an_inline_channel_too) {
  TestBus bus;
  bus->create_channel("Lab", {.delivery = Delivery::inline_}).value();
  int first = 0, second = 0;
  const auto slow = bus.module("m")
                        .subscribe("Lab", "*",
                                   [&](const Message&) {
                                     ++first;
                                     bus.clock().advance(1s);
                                   },
                                   {.priority = Priority::high})
                        .value();
  const auto late =
      bus.module("m").subscribe("Lab", "*", [&](const Message&) { ++second; }).value();
  bus.module("m").publish("Lab", "t", 1, {.ttl = 500ms}).value();
  bus.module("m").publish("Lab", "t", 1, {.ttl = 2s}).value();
  EXPECT_EQ(first, 2);
  EXPECT_EQ(second, 1);
  EXPECT_EQ(late.info().counts.expired, 1U);
}
}  // namespace
}  // namespace modcomm
