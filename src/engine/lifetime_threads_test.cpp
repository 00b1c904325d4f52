// Handles, channels and the bus end in any order, from any thread.
#include <array>
#include <barrier>
#include <future>
#include <latch>
#include <optional>
#include <random>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <modcomm/bus.hpp>

#include "core/random.hpp"

namespace modcomm {
namespace {

using namespace std::chrono_literals;

TEST(LifetimeThreads, two_handlers_that_cancel_each_other_at_once_both_return) {
  for (int round = 0; round < 50; ++round) {
    Bus bus({.workers = 2});
    std::array<Subscription, 2> subscriptions;
    std::barrier both(2);
    std::atomic<int> runs = 0;
    for (const std::size_t self : {0U, 1U}) {
      const std::string channel = self == 0 ? "A" : "B";
      subscriptions[self] = bus.module("m")
                                .subscribe(channel, "*",
                                           [&, self](const Message&) {
                                             both.arrive_and_wait();
                                             subscriptions[1 - self].close();
                                             ++runs;
                                           })
                                .value();
    }
    for (const char* channel : {"A", "B"}) bus.module("m").publish(channel, "t").value();
    ASSERT_TRUE(bus.flush(20s));
    EXPECT_EQ(runs, 2);
    EXPECT_FALSE(subscriptions[0].active() || subscriptions[1].active());
  }
}

TEST(LifetimeThreads, dropping_a_handle_waits_for_its_running_handler) {
  Bus bus({.workers = 2});
  for (const bool concurrent : {false, true}) {
    std::latch running(1);
    std::latch go_on(1);
    std::atomic<bool> returned = false;
    std::optional<Subscription> handle = bus.module("m")
                                             .subscribe("Lab", "*",
                                                        [&](const Message&) {
                                                          running.count_down();
                                                          go_on.wait();
                                                          returned = true;
                                                        },
                                                        {.concurrent = concurrent})
                                             .value();
    bus.module("m").publish("Lab", "t").value();
    running.wait();
    EXPECT_EQ(handle->close_and_wait(1ms).error().reason(), reason::timeout);
    std::jthread release([&] { go_on.count_down(); });
    handle.reset();
    EXPECT_TRUE(returned);
  }
}

/// Everything that a user can hold, ended in an order drawn from a seed by three threads at once.
class Belongings {
 public:
  explicit Belongings(std::uint64_t seed) : random_(seed) {
    bus_->create_channel("inline", {.delivery = Delivery::inline_}).value();
    bus_->create_channel("full", {.capacity = 2, .overflow = Overflow::block, .block_for = 1ms})
        .value();
    for (std::size_t i = 0; i < handles_.size(); ++i) {
      handles_[i] = module_
                        ->subscribe(channels[i % 3], "*",
                                    [keep = std::make_shared<int>(1),
                                     module = *module_](const Message& message) {
                                      static_cast<void>(*keep);
                                      if (message.type() == "t")
                                        static_cast<void>(module.publish("full", "again"));
                                    },
                                    {.concurrent = i % 2 == 0})
                        .value();
    }
    publisher_ = module_->publisher("Lab", "t").value();
  }

  void end_all() {
    std::vector<std::function<void()>> ends{[&] { publisher_.reset(); }};
    for (const char* channel : channels) {
      ends.emplace_back([this, channel] {
        const std::lock_guard lock(bus_mutex_);  // a Bus is not to be used while it is destroyed
        if (bus_) static_cast<void>(bus_->remove_channel(channel, true));
      });
    }
    ends.emplace_back([&] {
      const std::lock_guard lock(bus_mutex_);
      bus_.reset();
    });
    for (Subscription& handle : handles_) ends.emplace_back([&] { handle = {}; });
    for (std::size_t i = ends.size(); i > 1; --i) std::swap(ends[i - 1], ends[random_.below(i)]);
    std::array<std::jthread, 3> threads;
    std::barrier start(4);
    for (std::size_t part = 0; part < threads.size(); ++part) {
      threads[part] = std::jthread([&, part] {
        start.arrive_and_wait();
        for (std::size_t i = part; i < ends.size(); i += threads.size()) ends[i]();
      });
    }
    const Module mine = *module_;
    module_.reset();
    start.arrive_and_wait();
    for (int i = 0; i < 200; ++i)
      static_cast<void>(mine.publish(channels[random_.below(3)], "t", i));
  }

 private:
  static constexpr std::array channels = {"Lab", "inline", "full"};

  detail::Random random_;
  std::mutex bus_mutex_;
  std::optional<Bus> bus_{std::in_place, BusOptions{.workers = 2}};
  std::optional<Module> module_ = bus_->module("m");
  std::optional<Publisher> publisher_;
  std::array<Subscription, 6> handles_;
};

TEST(LifetimeThreads, handles_channels_and_bus_end_in_any_order_from_any_thread) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  for (std::uint64_t round = 0; round < 60; ++round) Belongings(seed + round).end_all();
}

TEST(LifetimeThreads, a_hung_handler_is_abandoned_and_keeps_what_it_needs) {
  std::latch running(1);
  std::latch release(1);
  std::promise<std::string> read_afterwards;
  std::vector<std::string> notices;
  std::optional<Message> copy;
  {
    Bus bus({.workers = 2, .shutdown_timeout = 10ms, .on_notice = [&](const Notice& notice) {
               if (notice.name == notice::thread_abandoned) notices.push_back(notice.detail);
             }});
    const auto keep = std::make_shared<std::string>("kept by the handler, ");
    bus.module("m")
        .subscribe("Lab", "*",
                   [&, keep](const Message& message) {
                     running.count_down();
                     release.wait();
                     copy = message;
                     read_afterwards.set_value(*keep + std::string(message.source()) +
                                               message.as<std::string>().value());
                   })
        .value()
        .detach();
    bus.module("source").publish("Lab", "t", "payload").value();
    running.wait();
  }
  ASSERT_EQ(notices.size(), 1U);
  EXPECT_THAT(notices.front(), testing::HasSubstr("channel 'Lab'"));
  auto read = read_afterwards.get_future();
  release.count_down();
  EXPECT_EQ(read.get(), "kept by the handler, sourcepayload");
}

TEST(LifetimeThreads, copies_of_a_message_outlive_channel_and_bus) {
  std::vector<Message> copies;
  {
    Bus bus;
    const std::array headers = {Header{"name", "value"}};
    const auto subscription = bus.module("m").subscribe(
        "Lab", "*", [&](const Message& message) { copies.push_back(message); },
        {.concurrent = true});
    bus.module("source")
        .publish("Lab", "Type", std::string(100, 'x'),
                 {.headers = headers, .correlation_id = "c", .target = "m", .id = "outside"})
        .value();
    ASSERT_TRUE(bus.flush(20s));
    bus.remove_channel("Lab", true).value();
  }
  ASSERT_EQ(copies.size(), 1U);
  const Message message = copies.front();
  copies.clear();
  EXPECT_EQ(message.channel(), "Lab");
  EXPECT_EQ(message.type(), "Type");
  EXPECT_EQ(message.source(), "source");
  EXPECT_EQ(message.header("name"), "value");
  EXPECT_EQ(message.correlation_id(), "c");
  EXPECT_EQ(message.target(), "m");
  EXPECT_EQ(message.id_text(), "outside");
  EXPECT_EQ(*message.get_if<std::string>(), std::string(100, 'x'));
}

TEST(LifetimeThreads, records_shared_with_concurrent_subscriptions_end_once) {
  Bus bus({.workers = 3});
  std::atomic<int> heard = 0;
  std::vector<Subscription> subscriptions;
  for (int i = 0; i < 4; ++i) {
    subscriptions.push_back(bus.module("m")
                                .subscribe("Lab", "*",
                                           [&](const Message& message) {
                                             const Message copy = message;
                                             heard +=
                                                 *copy.get_if<std::shared_ptr<int>>() != nullptr;
                                           },
                                           {.concurrent = true, .overflow = Overflow::block})
                                .value());
  }
  const auto payload = std::make_shared<int>(1);
  for (int i = 0; i < 5'000; ++i) bus.module("m").publish("Lab", "t", payload).value();
  ASSERT_TRUE(bus.flush(20s));
  EXPECT_EQ(heard, 20'000);
  EXPECT_EQ(payload.use_count(), 1);
}

}  // namespace
}  // namespace modcomm
