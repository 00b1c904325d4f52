// Random operations on one bus by many threads, checked against the books that its users keep: what
// they were told was accepted, and what their handlers saw. Channels are tiny, use every overflow
// policy, and are removed and made again.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <modcomm/bus.hpp>

#include "support/ledger.hpp"
#include "support/storm_parts.hpp"

namespace modcomm::test {

/// One thread's part.
class Actor {
 public:
  Actor(Bus& bus, Books& books, unsigned number, std::uint64_t seed)
      : bus_(bus),
        books_(books),
        number_(number),
        random_(seed + number),
        module_(bus.module("module" + std::to_string(number))) {}

  void act_until(std::chrono::steady_clock::time_point end) {
    while (std::chrono::steady_clock::now() < end) act();
  }

 private:
  void act() {
    const std::uint64_t what = random_.below(1000);
    if (what < 850) return publish_something();
    if (what < 910) return subscribe();
    if (what < 960) return drop_a_handle();
    if (what < 975) return change_filters();
    if (what < 980) return cancel();
    if (what < 985) return look();
    if (what < 991) return switch_processor();
    if (what < 995) return clear();
    remove_and_create();
  }

  void publish_something() {
    publish(module_, any_channel(random_), {.publisher = number_, .sequence = ++sequence_}, random_,
            books_);
  }

  void subscribe() {
    const std::string channel = any_channel(random_);
    SubscribeOptions options{
        .priority = static_cast<Priority>(random_.below(4)),
        .concurrent = random_.below(3) == 0,
        .capacity = 1 + random_.below(8),
        .overflow = static_cast<Overflow>(random_.below(5)),
        .block_for = 100us,
        .on_end = [](const Error& why) { EXPECT_EQ(why.code(), Code::cancelled); }};
    if (random_.below(4) == 0) options.filters.push_back(any_filter());
    static constexpr std::array patterns = {"*", "a*", "*1", "[ab]eta"};
    const std::string pattern = any_of(patterns, random_);
    auto subscription =
        random_.below(12) == 0
            ? module_.subscribe(
                  channel, pattern, [](const std::string&) {}, options)
            : module_.subscribe(channel, pattern, listener(channel, options), options);
    if (!subscription) {
      EXPECT_EQ(subscription.error().reason(), reason::closed) << subscription.error().to_string();
      return;
    }
    if (random_.below(10) == 0) return std::move(*subscription).detach();
    handles_[random_.below(handles_.size())] = std::move(*subscription);
  }

  Listener listener(std::string_view channel, const SubscribeOptions& options) {
    const bool ordered = !options.concurrent && channel != "inline" && channel != "conflate";
    return {module_, books_, ordered, random_.next()};
  }

  Filter any_filter() {
    const std::uint64_t kind = random_.below(3);
    return {.name = "filter" + std::to_string(kind), .matches = [kind](const Message& message) {
              if (kind == 0) throw std::runtime_error("as planned");
              return kind == 1 || message.priority() > Priority::normal;
            }};
  }

  void drop_a_handle() {
    Subscription& handle = handles_[random_.below(handles_.size())];
    if (random_.below(3) == 0) {
      static_cast<void>(handle.close_and_wait(1ms));
    } else {
      handle = {};
    }
  }

  void change_filters() {
    Subscription& handle = handles_[random_.below(handles_.size())];
    Filter filter = any_filter();
    if (!handle.add_filter(filter.name, filter.matches, static_cast<int>(random_.below(90)))) {
      static_cast<void>(handle.remove_filter(filter.name));
    }
  }

  void cancel() {
    if (random_.below(2) == 0) {
      bus_.cancel_subscriptions({.id = 1 + random_.below(200)});
    } else {
      bus_.cancel_subscriptions(
          {.channel = any_channel(random_),
           .module = "module" + std::to_string(random_.below(storm_threads))});
    }
  }

  /// No number is absurd, and none of the totals goes back, at any moment.
  void look() {
    const BusInfo info = bus_.info();
    EXPECT_GE(info.messages.accepted, last_accepted_);
    last_accepted_ = info.messages.accepted;
    constexpr std::uint64_t absurd = std::uint64_t{1} << 60U;
    for (const SubscriptionInfo& subscription : bus_.subscriptions()) {
      EXPECT_LT(subscription.counts.matched, absurd);
      EXPECT_LT(subscription.counts.succeeded, absurd);
    }
  }

  void switch_processor() {
    bus_.stop_processor(1ms, random_.below(2) == 0);
    if (random_.below(2) == 0) std::this_thread::sleep_for(500us);  // let queues fill
    bus_.start_processor();
  }

  void clear() {
    static_cast<void>(
        bus_.clear(any_channel(random_), {.type = random_.below(2) == 0 ? "*" : "a*"}));
  }

  void remove_and_create() {
    const std::string channel = any_of(channels_that_go, random_);
    if (random_.below(2) == 0) static_cast<void>(bus_.remove_channel(channel, true));
    static_cast<void>(bus_.create_channel(channel, options_of(channel)));
  }

  Bus& bus_;
  Books& books_;
  const unsigned number_;
  Random random_;
  Module module_;
  std::uint64_t sequence_ = 0;
  std::array<Subscription, 6> handles_;
  std::uint64_t last_accepted_ = 0;
};

class Storm {
 public:
  explicit Storm(std::uint64_t seed)
      : bus_({.max_messages = 150, .max_bytes = 200 * sizeof(Drop), .workers = 3}) {
    for (const char* name : channels_that_stay) bus_.create_channel(name, options_of(name)).value();
    for (unsigned number = 0; number < storm_threads; ++number) {
      actors_.push_back(std::make_unique<Actor>(bus_, books_, number, seed));
    }
  }

  void rage_for(std::chrono::milliseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    std::vector<std::jthread> threads;
    for (auto& actor : actors_) threads.emplace_back([&] { actor->act_until(end); });
  }

  /// The processor runs, publishers are joined, everything is delivered: now all books must agree.
  void check_when_quiet() {
    bus_.start_processor();
    ASSERT_NO_FATAL_FAILURE(wait_until_quiet());
    expect_quiet_and_balanced(bus_);
    const BusInfo info = bus_.info();
    EXPECT_EQ(info.messages.accepted, books_.accepted.load());
    EXPECT_GE(info.messages.accepted, info.messages.completed());
    EXPECT_EQ(info.deliveries.succeeded, books_.succeeded.load());
    EXPECT_GE(info.deliveries.failed, books_.threw.load());
    EXPECT_EQ(books_.out_of_order.load(), 0U);
    for (std::size_t i = 0; i < channels_that_stay.size(); ++i) {
      EXPECT_EQ(bus_.channel(channels_that_stay[i])->counts.accepted, books_.accepted_by[i].load())
          << channels_that_stay[i];
    }
  }

  const Books& books() const noexcept { return books_; }
  Bus& bus() noexcept { return bus_; }

 private:
  /// Handlers publish, so one flush may not be enough.
  void wait_until_quiet() {
    for (;;) {
      const auto flushed = bus_.flush(20s);
      ASSERT_TRUE(flushed) << flushed.error().to_string();
      const BusInfo info = bus_.info();
      if (info.messages.queued + info.deliveries.waiting == 0) return;
    }
  }

  Books books_;
  Bus bus_;
  std::vector<std::unique_ptr<Actor>> actors_;
};

}  // namespace modcomm::test
