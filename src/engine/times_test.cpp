// What listings say of waiting and running: which deliveries are timed, and where.
#include <gtest/gtest.h>

#include <modcomm/testing.hpp>

namespace modcomm {
namespace {

using namespace std::chrono_literals;

constexpr int messages = 1'000;
constexpr auto handling = 3us;

/// Publishes to handlers that take some time; answers what the channel says.
ChannelInfo after_messages(TestBus& bus, bool concurrent) {
  const Module module = bus.module("m");
  const auto subscription =
      module
          .subscribe("Lab", "*", [&](const Message&) { bus.clock().advance(handling); },
                     {.concurrent = concurrent})
          .value();
  for (int i = 0; i < messages; ++i) {
    module.publish("Lab", "t", i).value();
    bus.run();
  }
  if (concurrent) {
    const SubscriptionInfo info = subscription.info();
    EXPECT_EQ(info.queue_time.count, std::uint64_t{messages});
    EXPECT_GE(info.handler_time.p50, 2'900U);
    EXPECT_LE(info.handler_time.p50, 3'100U);
  }
  return bus->channel("Lab").value();
}

TEST(Times, one_in_64_runs_of_handlers_is_timed_and_every_wait) {
  TestBus bus;
  const ChannelInfo info = after_messages(bus, false);
  EXPECT_EQ(info.queue_time.count, std::uint64_t{messages});
  EXPECT_GT(info.handler_time.count, messages / 128U);
  EXPECT_LT(info.handler_time.count, messages / 32U);
  EXPECT_GE(info.handler_time.p50, 2'900U);
  EXPECT_LE(info.handler_time.p50, 3'100U);
}

TEST(Times, all_or_none_are_timed_if_the_bus_says_so) {
  TestBus every(1, {.timing = Timing::all});
  EXPECT_EQ(after_messages(every, false).handler_time.count, std::uint64_t{messages});
  TestBus never(1, {.timing = Timing::off});
  EXPECT_EQ(after_messages(never, false).handler_time.count, 0U);
}

TEST(Times, a_concurrent_subscription_has_its_own) {
  TestBus bus;
  after_messages(bus, true);
}

TEST(Times, an_inline_channel_has_none) {
  TestBus bus(1, {.timing = Timing::all});
  bus->create_channel("Lab", {.delivery = Delivery::inline_}).value();
  const ChannelInfo info = after_messages(bus, false);
  EXPECT_EQ(info.queue_time.count, 0U);
  EXPECT_EQ(info.handler_time.count, 0U);
}

}  // namespace
}  // namespace modcomm
