// Messages of several threads: their order, and middleware that comes and goes meanwhile.
#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <modcomm/modcomm.hpp>

namespace modcomm {
namespace {

using namespace std::chrono_literals;

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
