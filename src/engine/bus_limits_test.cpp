// The limits of the whole bus: what its queues hold together, in messages and bytes.
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <modcomm/testing.hpp>

#include "support/ledger.hpp"

namespace modcomm {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

struct Crate {
  int number = 0;
  std::size_t bytes = 1;
  friend std::size_t payload_size(const Crate& crate) noexcept { return crate.bytes; }
};

/// Two channels, and a processor that stands still.
struct BusLimits : ::testing::TestWithParam<BusOptions> {
  BusLimits() {
    bus->create_channel("Full").value();
    bus->stop_processor(0ns, true);
  }
  /// Fills the bus with messages of 10 bytes on the channel "Full".
  void fill() {
    for (int i = 0; i < 5; ++i) publish("Full", i).value();
    ASSERT_EQ(publish("Full", 5).error().reason(), reason::memory);
  }
  Result<MessageId> publish(std::string_view channel, int number) {
    return module.publish(channel, "t", Crate{number, 10});
  }
  MessageCounts counts(std::string_view channel) { return bus->channel(channel)->counts; }

  TestBus bus{1, GetParam()};
  Module module = bus.module("m");
};

INSTANTIATE_TEST_SUITE_P(messages, BusLimits, ::testing::Values(BusOptions{.max_messages = 5}));
INSTANTIATE_TEST_SUITE_P(bytes, BusLimits, ::testing::Values(BusOptions{.max_bytes = 50}));

TEST_P(BusLimits, hold_over_channels_and_mailboxes_and_name_what_to_raise) {
  bus->create_channel("Other").value();
  const auto heard =
      module.subscribe("Other", "*", [](const Message&) {}, {.concurrent = true}).value();
  for (int i = 0; i < 2; ++i) publish("Other", i).value();
  for (int i = 0; i < 3; ++i) publish("Full", i).value();
  const auto refused = publish("Other", 2);
  EXPECT_EQ(refused.error().code(), Code::resource_exhausted);
  EXPECT_EQ(refused.error().reason(), reason::memory);
  EXPECT_THAT(refused.error().message(), HasSubstr("max_messages"));
  EXPECT_THAT(refused.error().message(), HasSubstr("max_bytes"));
  bus->start_processor();
  bus.run();
  bus->stop_processor(0ns, true);
  fill();  // all of it is free again
  bus->clear("Full").value();
  test::expect_quiet_and_balanced(bus.bus());
}

TEST_P(BusLimits, drop_oldest_drops_of_its_own_channel_and_only_as_much_as_it_needs) {
  bus->create_channel("Lossy", {.overflow = Overflow::drop_oldest}).value();
  std::vector<int> got;
  const auto heard =
      module.subscribe("Lossy", "*", [&](const Crate& crate) { got.push_back(crate.number); })
          .value();
  for (int i = 0; i < 3; ++i) publish("Full", i).value();
  for (int i = 0; i < 4; ++i) publish("Lossy", i).value();
  EXPECT_EQ(counts("Lossy").dropped, 2U);
  EXPECT_EQ(counts("Full").dropped, 0U);
  bus->start_processor();
  bus.run();
  EXPECT_EQ(got, (std::vector{2, 3}));
  test::expect_quiet_and_balanced(bus.bus());
}

TEST_P(BusLimits, drop_oldest_that_has_nothing_to_drop_is_refused) {
  bus->create_channel("Lossy", {.overflow = Overflow::drop_oldest}).value();
  fill();
  EXPECT_EQ(publish("Lossy", 0).error().reason(), reason::memory);
  EXPECT_EQ(counts("Full").queued, 5U);
}

TEST_P(BusLimits, drop_newest_drops_what_comes) {
  bus->create_channel("Lossy", {.overflow = Overflow::drop_newest}).value();
  fill();
  EXPECT_TRUE(publish("Lossy", 0));
  EXPECT_EQ(counts("Lossy").dropped, 1U);
}

TEST_P(BusLimits, block_waits_until_another_channel_makes_room) {
  bus->create_channel("Patient", {.overflow = Overflow::block, .block_for = 10s}).value();
  fill();
  bus->start_processor();  // its tasks run while the publisher waits
  const auto before = bus.clock().now().steady;
  EXPECT_TRUE(publish("Patient", 0));
  EXPECT_EQ(bus.clock().now().steady, before);
  bus.run();
  test::expect_quiet_and_balanced(bus.bus());
}

TEST_P(BusLimits, block_waits_no_longer_than_it_may) {
  bus->create_channel("Patient", {.overflow = Overflow::block, .block_for = 10s}).value();
  fill();
  const auto before = bus.clock().now().steady;
  const auto late = publish("Patient", 0);
  EXPECT_EQ(late.error().reason(), reason::timeout);
  EXPECT_EQ(bus.clock().now().steady - before, 10s);
  EXPECT_EQ(counts("Patient").rejected, 1U);
}

}  // namespace
}  // namespace modcomm
