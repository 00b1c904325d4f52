// A queue that fills is announced, and so is its end.
#include <gtest/gtest.h>

#include <modcomm/testing.hpp>

namespace modcomm {
namespace {

using namespace std::chrono_literals;

struct Parcel {
  std::size_t number = 0;
  std::size_t bytes = 1;
  friend std::size_t payload_size(const Parcel& parcel) noexcept { return parcel.bytes; }
};

struct Slowness : testing::Test {
  std::vector<std::string> notices;
  TestBus bus{1, {.on_notice = [this](const Notice& notice) {
                if (notice.name.starts_with("SlowConsumer")) notices.emplace_back(notice.name);
              }}};

  /// Nine of the ten places of "Lab", while nothing is delivered.
  void fill() {
    bus->stop_processor(0ns, true);
    for (std::size_t i = 0; i < 9; ++i) bus.module("m").publish("Lab", "t", Parcel{i, 1}).value();
    EXPECT_TRUE(bus->channel("Lab")->slow);
  }
  void empty() {
    bus->start_processor();
    bus.run();
    EXPECT_FALSE(bus->channel("Lab")->slow);
  }
};

TEST_F(Slowness, a_slow_consumer_is_announced_when_it_begins_and_when_it_ends) {
  for (const ChannelOptions& options :
       {ChannelOptions{.capacity = 10}, ChannelOptions{.max_bytes = 1'000}}) {
    notices.clear();
    bus->create_channel("Lab", options).value();
    bus->stop_processor(0ns, true);
    for (std::size_t i = 0; i < 8; ++i) {
      bus.module("m").publish("Lab", "t", Parcel{i, 100}).value();
    }
    EXPECT_TRUE(notices.empty());
    EXPECT_FALSE(bus->channel("Lab")->slow);
    bus.module("m").publish("Lab", "t", Parcel{8, 100}).value();
    EXPECT_TRUE(bus->channel("Lab")->slow);
    bus->start_processor();
    bus.run();
    EXPECT_FALSE(bus->channel("Lab")->slow);
    EXPECT_EQ(notices, (std::vector<std::string>{"SlowConsumerBegan", "SlowConsumerEnded"}));
    bus->remove_channel("Lab").value();
  }
}

TEST_F(Slowness, a_queue_that_fills_and_empties_all_the_time_says_so_once_a_second) {
  bus->create_channel("Lab", {.capacity = 10}).value();
  for (int i = 0; i < 100; ++i) {
    fill();
    empty();
    bus.advance(100ms);
  }
  EXPECT_EQ(notices.size(), 20U) << "a begin and an end in each of ten seconds";

  fill();
  empty();
  fill();
  EXPECT_EQ(notices.size(), 22U) << "the third within that second is not told";
  bus.advance(1s);
  bus.module("m").publish("Lab", "t", Parcel{9, 1}).value();
  EXPECT_FALSE(bus.module("m").publish("Lab", "t", Parcel{10, 1}));
  EXPECT_EQ(notices.size(), 23U) << "one that stays slow is not overlooked";
  empty();
  EXPECT_EQ(notices.back(), "SlowConsumerEnded");
}

TEST_F(Slowness, that_comes_back_at_once_and_stays_is_told_in_time_by_nobody_s_help) {
  bus->create_channel("Lab", {.capacity = 10}).value();
  fill();
  empty();
  fill();
  EXPECT_EQ(notices.size(), 2U);
  bus.advance(1s);
  EXPECT_EQ(notices.size(), 3U);

  EXPECT_EQ(bus->clear("Lab").value(), 9U);
  EXPECT_FALSE(bus->channel("Lab")->slow) << "what is cleared is not slow";
  EXPECT_EQ(notices.size(), 4U);
  EXPECT_EQ(notices.back(), "SlowConsumerEnded");
}

}  // namespace
}  // namespace modcomm
