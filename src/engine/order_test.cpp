// Order and no starvation, on a bus without threads: a seed decides who runs when.
#include <algorithm>
#include <array>
#include <map>
#include <numeric>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <modcomm/testing.hpp>

#include "core/random.hpp"

namespace modcomm {
namespace {

using detail::Random;

struct Numbered {
  unsigned publisher = 0;
  unsigned number = 0;
};

constexpr std::array<std::size_t, 4> weights = {1, 2, 4, 8};

/// Rounds of at most 8 critical, 4 high, 2 normal and 1 low, each lane in its own order.
std::vector<std::size_t> in_turns(const std::vector<Priority>& accepted) {
  std::array<std::vector<std::size_t>, 4> lanes;
  for (std::size_t i = 0; i < accepted.size(); ++i) {
    lanes[static_cast<std::size_t>(accepted[i])].push_back(i);
  }
  std::array<std::size_t, 4> gone{};
  std::vector<std::size_t> order;
  while (order.size() < accepted.size()) {
    for (std::size_t lane = 4; lane-- > 0;) {
      for (std::size_t turn = 0; turn < weights[lane] && gone[lane] < lanes[lane].size(); ++turn) {
        order.push_back(lanes[lane][gone[lane]++]);
      }
    }
  }
  return order;
}

std::vector<Priority> any_priorities(std::size_t most) {
  const auto size = *rc::gen::inRange<std::size_t>(0, most);
  const auto numbers = *rc::gen::container<std::vector<int>>(size, rc::gen::inRange(0, 4));
  std::vector<Priority> priorities;
  for (const int number : numbers) priorities.push_back(static_cast<Priority>(number));
  return priorities;
}

TEST(Order, what_waited_is_delivered_by_weighted_turns) {
  EXPECT_TRUE(rc::check([] {
    const std::vector<Priority> accepted = any_priorities(400);
    TestBus bus(*rc::gen::arbitrary<std::uint64_t>());
    MessageLog log(bus.module("listener"), "Lab");
    bus->stop_processor(std::chrono::seconds(0), true);
    for (std::size_t i = 0; i < accepted.size(); ++i) {
      RC_ASSERT(bus.module("m").publish("Lab", "t", i, {.priority = accepted[i]}).has_value());
    }
    bus->start_processor();
    bus.run();
    RC_ASSERT(log.payloads<std::size_t>().value() == in_turns(accepted));
  }));
}

TEST(Order, one_channel_and_priority_is_fifo_over_all_publishers_and_channels_do_not_mix) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    TestBus bus(seed);
    Random random(seed);
    MessageLog logs[] = {{bus.module("listener"), "A"}, {bus.module("listener"), "B"}};
    std::map<std::pair<std::size_t, Priority>, std::vector<unsigned>> accepted;
    for (unsigned i = 0; i < 300; ++i) {
      const std::size_t channel = random.below(2);
      const auto priority = static_cast<Priority>(random.below(4));
      const Module publisher = bus.module("m" + std::to_string(random.below(5)));
      RC_ASSERT(
          publisher
              .publish(channel == 0 ? "A" : "B", "t", Numbered{.number = i}, {.priority = priority})
              .has_value());
      accepted[{channel, priority}].push_back(i);
      if (random.below(4) == 0) bus.executor().run_one();
    }
    bus.run();
    std::map<std::pair<std::size_t, Priority>, std::vector<unsigned>> delivered;
    for (const std::size_t channel : {0U, 1U}) {
      for (const Message& message : logs[channel].messages()) {
        delivered[{channel, message.priority()}].push_back(message.get_if<Numbered>()->number);
      }
    }
    RC_ASSERT(delivered == accepted);
  }));
}

/// What each message met on its way: how many of other lanes were delivered while it stood at the
/// head of its lane.
std::size_t longest_wait_at_the_head(const std::vector<Message>& delivered, Priority lane,
                                     const std::vector<std::size_t>& accepted_after) {
  std::size_t longest = 0;
  std::size_t head_since = 0;
  for (std::size_t at = 0; at < delivered.size(); ++at) {
    if (delivered[at].priority() != lane) continue;
    const std::size_t number = delivered[at].get_if<Numbered>()->number;
    longest = std::max(longest, at - std::max(head_since, accepted_after[number]));
    head_since = at + 1;
  }
  return longest;
}

TEST(Order, lower_ones_never_starve_while_handlers_keep_publishing_higher_ones) {
  // Every handled message is followed by higher ones: without turns, low ones would never come.
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    TestBus bus(seed);
    Random random(seed);
    std::vector<std::size_t> accepted_after;  // by number: how many had been delivered before
    std::vector<Message> delivered;
    const Module module = bus.module("m");
    const auto publish = [&](Priority priority) {
      const auto number = static_cast<unsigned>(accepted_after.size());
      accepted_after.push_back(delivered.size());
      module.publish("Lab", "t", Numbered{.number = number}, {.priority = priority}).value();
    };
    const auto subscription = module.subscribe("Lab", "*", [&](const Message& message) {
      delivered.push_back(message);
      if (accepted_after.size() > 1'500) return;
      for (std::uint64_t i = 1 + random.below(2); i-- > 0;) {
        publish(static_cast<Priority>(1 + random.below(3)));
      }
      if (random.below(5) == 0) publish(Priority::low);
    });
    for (const Priority priority : {Priority::low, Priority::high, Priority::low})
      publish(priority);
    bus.run();
    RC_ASSERT(delivered.size() == accepted_after.size());
    for (std::size_t lane = 0; lane < 4; ++lane) {
      std::size_t higher = 0;
      for (std::size_t other = lane + 1; other < 4; ++other) higher += weights[other];
      const std::size_t all_others = 15 - weights[lane];
      RC_ASSERT(longest_wait_at_the_head(delivered, static_cast<Priority>(lane), accepted_after) <=
                all_others + higher);
    }
  }));
}

TEST(Order, a_higher_one_that_arrives_in_the_middle_of_a_batch_goes_next) {
  TestBus bus;
  const Module module = bus.module("m");
  std::vector<std::string> heard;
  const auto subscription = module.subscribe("Lab", "*", [&](const Message& message) {
    heard.emplace_back(message.type());
    if (heard.size() == 2)
      module.publish("Lab", "urgent", {.priority = Priority::critical}).value();
  });
  for (const char* type : {"1", "2", "3", "4"}) module.publish("Lab", type).value();
  bus.run();
  EXPECT_EQ(heard, (std::vector<std::string>{"1", "2", "urgent", "3", "4"}));
}

TEST(Order, handlers_of_one_message_run_by_handler_priority_and_then_by_age) {
  EXPECT_TRUE(rc::check([] {
    const auto delivery = *rc::gen::element(Delivery::queued, Delivery::inline_);
    const std::vector<Priority> priorities = any_priorities(12);
    TestBus bus;
    bus->create_channel("Lab", {.delivery = delivery}).value();
    std::vector<std::size_t> heard;
    std::vector<Subscription> subscriptions;
    for (std::size_t i = 0; i < priorities.size(); ++i) {
      subscriptions.push_back(bus.module("m")
                                  .subscribe("Lab", "*",
                                             [&heard, i](const Message&) { heard.push_back(i); },
                                             {.priority = priorities[i]})
                                  .value());
    }
    bus.module("m").publish("Lab", "t").value();
    bus.run();
    std::vector<std::size_t> expected(priorities.size());
    std::iota(expected.begin(), expected.end(), 0U);
    std::ranges::sort(expected, [&](std::size_t a, std::size_t b) {
      return priorities[a] != priorities[b] ? priorities[a] > priorities[b] : a < b;
    });
    RC_ASSERT(heard == expected);
  }));
}

TEST(Order, the_same_seed_gives_the_same_order_over_channels) {
  const auto order_of = [](std::uint64_t seed) {
    TestBus bus(seed);
    std::vector<MessageLog> logs;
    std::vector<std::string> heard;
    std::vector<Subscription> subscriptions;
    for (const char* channel : {"A", "B", "C", "D"}) {
      subscriptions.push_back(bus.module("m")
                                  .subscribe(channel, "*",
                                             [&heard](const Message& message) {
                                               heard.emplace_back(message.channel());
                                             })
                                  .value());
    }
    for (const char* channel : {"A", "B", "C", "D"}) bus.module("m").publish(channel, "t").value();
    bus.run();
    return heard;
  };
  std::map<std::vector<std::string>, int> orders;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    EXPECT_EQ(order_of(seed), order_of(seed));
    ++orders[order_of(seed)];
  }
  EXPECT_GT(orders.size(), 1U);
}

}  // namespace
}  // namespace modcomm
