// Every overflow policy against a small model, and the limits in bytes.
#include <algorithm>
#include <array>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <modcomm/testing.hpp>

#include "support/ledger.hpp"

namespace modcomm {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

struct Parcel {
  std::size_t number = 0;
  std::size_t bytes = 1;
  friend std::size_t payload_size(const Parcel& parcel) noexcept { return parcel.bytes; }
};

struct Sent {
  std::size_t number = 0;
  std::size_t bytes = 1;
  Priority priority = Priority::normal;
  std::string key;
  nanoseconds expires = nanoseconds::max();  // since the beginning
};

/// What a queue does that nobody empties, said as plainly as possible.
class Model {
 public:
  explicit Model(ChannelOptions options) : options_(std::move(options)) {}

  void publish(const Sent& sent, nanoseconds now) {
    if (options_.overflow == Overflow::conflate && replace(sent)) return;
    if (sent.bytes > options_.max_bytes) return refuse();
    if (!fits(sent)) expire(now);
    if (!fits(sent) && options_.overflow == Overflow::drop_oldest) drop_oldest_for(sent);
    if (fits(sent)) {
      queue_.push_back(sent);
      ++counts.accepted;
    } else if (options_.overflow == Overflow::drop_newest) {
      ++counts.accepted;
      ++counts.dropped;
    } else {
      refuse();
    }
  }

  /// What is delivered in the end: rounds of 8, 4, 2, 1, in which the expired have their turns too.
  std::vector<std::size_t> deliver(nanoseconds now) {
    std::vector<std::size_t> order;
    while (!queue_.empty()) {
      for (const auto& [priority, turns] : rounds) {
        for (int turn = 0; turn < turns; ++turn) take_first(priority, now, order);
      }
    }
    counts.routed = order.size();
    return order;
  }

  MessageCounts counts;

 private:
  static constexpr std::array<std::pair<Priority, int>, 4> rounds = {
      {{Priority::critical, 8}, {Priority::high, 4}, {Priority::normal, 2}, {Priority::low, 1}}};

  void refuse() { ++counts.rejected; }

  std::size_t bytes() const {
    std::size_t sum = 0;
    for (const Sent& sent : queue_) sum += sent.bytes;
    return sum;
  }

  bool fits(const Sent& sent) const {
    return queue_.size() < options_.capacity && bytes() + sent.bytes <= options_.max_bytes;
  }

  void expire(nanoseconds now) {
    counts.expired += std::erase_if(queue_, [&](const Sent& sent) { return sent.expires <= now; });
  }

  bool replace(const Sent& sent) {
    const auto older = std::ranges::find_if(queue_, [&](const Sent& other) {
      return other.key == sent.key && other.priority == sent.priority;
    });
    if (older == queue_.end()) return false;
    if (bytes() - older->bytes + sent.bytes > options_.max_bytes) {
      refuse();
      return true;
    }
    *older = sent;
    ++counts.accepted;
    ++counts.dropped;
    return true;
  }

  void drop_oldest_for(const Sent& sent) {
    while (!fits(sent)) {
      queue_.erase(std::ranges::min_element(queue_, {}, &Sent::priority));
      ++counts.dropped;
    }
  }

  void take_first(Priority priority, nanoseconds now, std::vector<std::size_t>& order) {
    const auto first = std::ranges::find(queue_, priority, &Sent::priority);
    if (first == queue_.end()) return;
    if (first->expires <= now) {
      ++counts.expired;
    } else {
      order.push_back(first->number);
    }
    queue_.erase(first);
  }

  ChannelOptions options_;
  std::vector<Sent> queue_;
};

Sent any_sent(std::size_t number, nanoseconds now) {
  const nanoseconds ttl(*rc::gen::element(0, 0, 5, 20));
  return {.number = number,
          .bytes = *rc::gen::inRange<std::size_t>(1, 40),
          .priority = static_cast<Priority>(*rc::gen::inRange(0, 4)),
          .key = *rc::gen::element<std::string>("a", "b", "c"),
          .expires = ttl == 0ns ? nanoseconds::max() : now + ttl};
}

void publish(TestBus& bus, const Sent& sent, nanoseconds now) {
  const auto published =
      bus.module("m").publish("Lab", "t", Parcel{sent.number, sent.bytes},
                              {.priority = sent.priority,
                               .ttl = sent.expires == nanoseconds::max() ? 0ns : sent.expires - now,
                               .key = sent.key});
  if (published) return;
  const Code code = published.error().code();
  RC_ASSERT((code == Code::resource_exhausted || code == Code::invalid_argument ||
             code == Code::deadline_exceeded));
}

MessageCounts without_queue(MessageCounts counts) {
  counts.queued = 0;
  return counts;
}

TEST(Overflow, every_policy_does_what_its_model_does) {
  EXPECT_TRUE(rc::check([] {
    const ChannelOptions options{
        .capacity = *rc::gen::inRange<std::size_t>(1, 8),
        .max_bytes = *rc::gen::element<std::size_t>(30, 60, 1'000),
        .overflow = *rc::gen::element(Overflow::reject, Overflow::block, Overflow::drop_oldest,
                                      Overflow::drop_newest, Overflow::conflate),
        .block_for = 0ns};
    TestBus bus;
    Model model(options);
    bus->create_channel("Lab", options).value();
    MessageLog log(bus.module("listener"), "Lab");
    bus->stop_processor(0ns, true);
    nanoseconds now{0};
    const auto size = *rc::gen::inRange<std::size_t>(1, 40);
    for (std::size_t number = 0; number < size; ++number) {
      const nanoseconds step(*rc::gen::inRange(0, 4));
      bus.advance(step);
      now += step;
      const Sent sent = any_sent(number, now);
      model.publish(sent, now);
      publish(bus, sent, now);
      RC_ASSERT(bus->channel("Lab")->queued_bytes <= options.max_bytes);
    }
    bus->start_processor();
    bus.run();
    std::vector<std::size_t> heard;
    for (const Message& message : log.messages()) heard.push_back(message.get_if<Parcel>()->number);
    RC_ASSERT(heard == model.deliver(now));
    RC_ASSERT(without_queue(bus->channel("Lab")->counts) == model.counts);
    RC_ASSERT(static_cast<bool>(test::balanced(bus->channel("Lab")->counts)));
  }));
}

TEST(Overflow, block_waits_until_handlers_make_room_and_then_no_longer_than_it_may) {
  TestBus bus;
  bus->create_channel("Lab", {.capacity = 3, .overflow = Overflow::block, .block_for = 10s})
      .value();
  MessageLog log(bus.module("listener"), "Lab");
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(bus.module("m").publish("Lab", "t", i)) << i;
  bus.run();
  EXPECT_EQ(log.size(), 50U);

  bus->stop_processor(0ns, true);
  for (int i = 0; i < 3; ++i) bus.module("m").publish("Lab", "t", i).value();
  const auto before = bus.clock().now().steady;
  const auto late = bus.module("m").publish("Lab", "t", 4);
  EXPECT_EQ(late.error().reason(), reason::timeout);
  EXPECT_EQ(bus.clock().now().steady - before, 10s);
  EXPECT_FALSE(bus.module("m").publish("Lab", "t", 4, {.block_for = 1s}));
  EXPECT_EQ(bus.clock().now().steady - before, 11s);
}

TEST(Overflow, a_publisher_that_waits_for_bytes_goes_on_when_a_handler_is_done) {
  TestBus bus;
  bus->create_channel("Lab", {.max_bytes = 100, .overflow = Overflow::block}).value();
  MessageLog log(bus.module("listener"), "Lab");
  for (std::size_t i = 0; i < 4; ++i) {
    ASSERT_TRUE(bus.module("m").publish("Lab", "t", Parcel{i, 90}));
  }
  bus.run();
  EXPECT_EQ(log.size(), 4U);
}

TEST(Overflow, all_queues_together_keep_the_limit_of_the_bus_and_give_back_what_they_borrowed) {
  TestBus bus(1, {.max_bytes = 1'000});
  for (const char* channel : {"A", "B"}) bus->create_channel(channel).value();
  const Module module = bus.module("m");
  for (int round = 0; round < 3; ++round) {
    bus->stop_processor(0ns, true);
    std::size_t accepted = 0;
    while (module.publish(accepted % 2 == 0 ? "A" : "B", "t", Parcel{0, 100})) ++accepted;
    EXPECT_EQ(accepted, 10U);
    EXPECT_EQ(module.publish("A", "t", Parcel{0, 100}).error().reason(), reason::memory);
    if (round == 1) bus->clear("A").value();
    bus->start_processor();
    bus.run();
    ASSERT_TRUE(module.publish("B", "t", Parcel{0, 1'000})) << "round " << round;
    bus.run();
  }
  test::expect_quiet_and_balanced(bus.bus());
}

TEST(Overflow, a_concurrent_subscription_drops_by_its_own_policy_and_holds_up_nobody) {
  for (const Overflow overflow : {Overflow::reject, Overflow::drop_oldest, Overflow::drop_newest}) {
    TestBus bus;
    MessageLog plain(bus.module("plain"), "Lab");
    MessageLog slow(bus.module("slow"), "Lab", "*",
                    {.concurrent = true, .capacity = 2, .overflow = overflow});
    bus->stop_processor(0ns, true);
    for (int i = 0; i < 64; ++i) bus.module("m").publish("Lab", "t", i).value();
    bus->start_processor();
    bus.run();
    EXPECT_EQ(plain.size(), 64U);
    const DeliveryCounts counts = slow.subscription().info().counts;
    EXPECT_EQ(counts.matched, 64U);
    EXPECT_EQ(counts.succeeded, slow.size());
    EXPECT_EQ(counts.dropped, 64U - slow.size());
    EXPECT_GE(counts.dropped, 1U);
    test::expect_quiet_and_balanced(bus.bus());
  }
}

TEST(Overflow, the_mailbox_of_a_subscription_has_its_own_limit_in_bytes_and_tells_when_it_is_slow) {
  std::vector<std::string> notices;
  TestBus bus(1, {.on_notice = [&](const Notice& notice) {
                if (notice.name.starts_with("SlowConsumer")) notices.push_back(notice.subject);
              }});
  std::vector<std::size_t> heard;
  Subscription subscription;
  const auto hear = [&](const Parcel& parcel) {
    if (heard.empty()) {
      bus->stop_processor(0ns, true);  // the others stay in the mailbox
    }
    heard.push_back(parcel.number);
  };
  subscription =
      bus.module("m").subscribe("Lab", "*", hear, {.concurrent = true, .max_bytes = 100}).value();
  for (std::size_t i = 0; i < 8; ++i) bus.module("m").publish("Lab", "t", Parcel{i, 30}).value();
  bus.run();
  EXPECT_TRUE(subscription.info().slow);
  bus->start_processor();
  bus.run();
  const SubscriptionInfo info = subscription.info();
  EXPECT_EQ(info.counts.succeeded, heard.size());
  EXPECT_EQ(info.counts.dropped, 8 - heard.size());
  EXPECT_GE(info.counts.dropped, 4U) << "three fit beside the one that ran";
  EXPECT_FALSE(info.slow);
  ASSERT_EQ(notices.size(), 2U);
  EXPECT_NE(notices.front().find("subscription"), std::string::npos) << notices.front();
  test::expect_quiet_and_balanced(bus.bus());
}

TEST(Overflow, a_message_in_several_mailboxes_is_replaced_in_each_on_its_own) {
  TestBus bus;
  const auto concurrent = [](Overflow overflow, std::size_t capacity) {
    return SubscribeOptions{.concurrent = true, .capacity = capacity, .overflow = overflow};
  };
  MessageLog all(bus.module("m"), "Lab", "*", concurrent(Overflow::reject, 100));
  MessageLog newest(bus.module("m"), "Lab", "*", concurrent(Overflow::conflate, 100));
  MessageLog of_even(bus.module("m"), "Lab", "even", concurrent(Overflow::conflate, 100));
  const auto payload = std::make_shared<int>(0);
  for (int i = 0; i < 20; ++i) {
    const char* type = i % 2 == 0 ? "even" : "odd";
    bus.module("m").publish("Lab", type, std::pair(i, payload)).value();
  }
  bus.run();
  EXPECT_EQ(all.size(), 20U);
  for (const MessageLog* log : {&newest, &of_even}) {
    int last = -1;
    for (const Message& message : log->messages("even")) {
      const int number = message.get_if<std::pair<int, std::shared_ptr<int>>>()->first;
      EXPECT_GT(number, last);
      last = number;
    }
    EXPECT_EQ(last, 18);
  }
  test::expect_quiet_and_balanced(bus.bus());
  for (MessageLog* log : {&all, &newest, &of_even}) log->clear();
  EXPECT_EQ(payload.use_count(), 1);
}

}  // namespace
}  // namespace modcomm
