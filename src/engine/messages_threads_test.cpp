// Messages of several threads: their order, and middleware that comes and goes meanwhile.
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <modcomm/modcomm.hpp>

#include "support/ledger.hpp"

namespace modcomm {
namespace {

using namespace std::chrono_literals;

TEST(MessagesThreads, publishers_that_wait_for_the_bus_go_on_when_any_channel_makes_room) {
  constexpr int publishers = 4;
  constexpr int each = 5'000;
  Bus bus({.max_messages = 8, .workers = 2});
  std::atomic<int> heard = 0;
  std::vector<Subscription> subscriptions;
  {
    std::vector<std::jthread> threads;
    for (int self = 0; self < publishers; ++self) {
      const std::string channel = "Lab" + std::to_string(self);
      bus.create_channel(channel, {.overflow = Overflow::block}).value();
      subscriptions.push_back(
          bus.module("Console").subscribe(channel, "*", [&](const int&) { ++heard; }).value());
      threads.emplace_back([&, channel] {
        const Publisher publisher = bus.module("Lab").publisher(channel, "t").value();
        for (int i = 0; i < each; ++i) publisher.publish(i).value();
      });
    }
  }
  bus.flush(20s).value();
  EXPECT_EQ(heard, publishers * each);
  test::expect_quiet_and_balanced(bus);
}

TEST(MessagesThreads, a_channel_that_is_removed_lets_go_who_waits_for_the_bus) {
  Bus bus({.max_messages = 1, .workers = 1});
  bus.create_channel("Full").value();
  bus.create_channel("Lab", {.overflow = Overflow::block}).value();
  bus.stop_processor(0ns, true);
  const Module lab = bus.module("Lab");
  lab.publish("Full", "t", 1).value();
  std::atomic<bool> waits = false;
  Result<MessageId> refused = MessageId{};
  std::jthread publisher([&] {
    waits = true;
    refused = lab.publish("Lab", "t", 1);
  });
  while (!waits) std::this_thread::yield();
  while (!bus.remove_channel("Lab", true)) std::this_thread::yield();
  publisher.join();
  EXPECT_THAT(refused.error().reason(), ::testing::AnyOf(reason::closed, reason::no_channel));
}

TEST(MessagesThreads, what_one_thread_published_before_another_began_comes_first) {
  constexpr int turns = 20'000;
  Bus bus({.workers = 2});
  bus.create_channel("Lab", {.overflow = Overflow::block}).value();
  int next = 0;
  bool in_order = true;
  const auto heard =
      bus.module("Console")
          .subscribe("Lab", "*", [&](const int& turn) { in_order &= turn == next++; })
          .value();
  std::atomic<int> token = 0;
  {
    std::vector<std::jthread> publishers;
    for (int self = 0; self < 2; ++self) {
      publishers.emplace_back([&, self] {
        const Publisher publisher = bus.module("Lab").publisher("Lab", "t").value();
        for (int turn = self; turn < turns; turn += 2) {
          while (token.load(std::memory_order_acquire) != turn) std::this_thread::yield();
          publisher.publish(turn).value();
          token.store(turn + 1, std::memory_order_release);
        }
      });
    }
  }
  bus.flush(20s).value();
  EXPECT_TRUE(in_order);
  EXPECT_EQ(next, turns);
}

TEST(MessagesThreads, middleware_comes_and_goes_while_messages_pass) {
  Bus bus({.workers = 2});
  bus.create_channel("Lab", {.overflow = Overflow::block}).value();
  std::atomic<int> heard = 0, published_through = 0, delivered_through = 0;
  const auto handler =
      bus.module("Console").subscribe("Lab", "*", [&](const int&) { ++heard; }).value();
  std::atomic<bool> over = false;
  std::jthread changes([&] {
    while (!over) {
      bus.publish_middleware("Lab")
          .add({.name = "count",
                .function =
                    [&](Publication&, const NextPublication& next) {
                      ++published_through;
                      return next();
                    }})
          .value();
      bus.delivery_middleware()
          .add({.name = "count",
                .function =
                    [&](Reception&, const NextReception& next) {
                      ++delivered_through;
                      return next();
                    }})
          .value();
      std::this_thread::yield();
      bus.publish_middleware("Lab").remove("count").value();
      bus.delivery_middleware().remove("count").value();
    }
  });
  int published = 0;
  const auto enough = [&] {
    return published >= 20'000 && published_through > 0 && delivered_through > 0;
  };
  {
    const Module lab = bus.module("Lab");
    while (!enough()) {
      lab.publish("Lab", "t", published++).value();
      if (published % 256 == 0) std::this_thread::yield();
    }
  }
  over = true;
  changes.join();
  bus.flush(20s).value();
  EXPECT_EQ(heard, published) << "each once, with middleware or without";
  EXPECT_EQ(bus.info().messages.completed(), static_cast<std::uint64_t>(published));
}

}  // namespace
}  // namespace modcomm
