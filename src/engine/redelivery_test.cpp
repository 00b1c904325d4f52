// Messages and events that a handler gets again after it failed on them.
#include <gtest/gtest.h>

#include <modcomm/testing.hpp>

#include "core/random.hpp"

namespace modcomm {
namespace {

using namespace std::chrono_literals;

struct RedeliveryTest : ::testing::Test {
  TestBus bus;
  Module lab = bus.module("LabRunner");
  int failures = 0;  // that are still to come
  std::vector<std::string> got;

  Subscription subscribe(RedeliveryOptions redelivery, SubscribeOptions options = {}) {
    options.redelivery = std::move(redelivery);
    return lab
        .subscribe(
            "Steps", "*",
            [this](const Message& message) {
              got.emplace_back(message.type());
              if (failures > 0 && message.type() == "Bad") {
                --failures;
                throw std::runtime_error("failure " + std::to_string(failures));
              }
            },
            std::move(options))
        .value();
  }
  void publish(std::string_view type, const PublishOptions& options = {}) {
    lab.publish("Steps", type, std::string("data"), options).value();
    bus.run();
  }
  static void expect_exact(const DeliveryCounts& counts) {
    EXPECT_EQ(counts.matched, counts.succeeded + counts.failed + counts.dead_lettered +
                                  counts.dropped + counts.expired + counts.cancelled +
                                  counts.waiting);
  }
};

using Types = std::vector<std::string>;

TEST_F(RedeliveryTest, comes_after_each_wait_until_it_succeeds_and_holds_up_nobody) {
  failures = 2;
  const auto heard = subscribe({.attempts = 5, .backoff = {1s, 3s}});
  publish("Bad");
  publish("Good");
  EXPECT_EQ(got, (Types{"Bad", "Good"}));
  EXPECT_EQ(heard.info().counts.waiting, 1U);
  expect_exact(heard.info().counts);
  bus.advance(999ms);
  EXPECT_EQ(got.size(), 2U);
  bus.advance(1ms);
  EXPECT_EQ(got.size(), 3U);
  bus.advance(3s);
  EXPECT_EQ(got, (Types{"Bad", "Good", "Bad", "Bad"}));
  bus.advance(1h);
  EXPECT_EQ(got.size(), 4U);
  const SubscriptionInfo info = heard.info();
  EXPECT_EQ(info.counts.matched, 2U);
  EXPECT_EQ(info.counts.succeeded, 2U);
  ASSERT_EQ(info.last_errors.size(), 2U);
  EXPECT_EQ(info.last_errors[0].attempt, 1U);
  EXPECT_EQ(info.last_errors[1].attempt, 2U);
  EXPECT_EQ(info.last_errors[1].error, "failure 0");
}

TEST_F(RedeliveryTest, brings_the_same_message) {
  const Header headers[] = {{"run", "7"}};
  std::vector<Message> messages;
  const auto heard = lab.subscribe("Steps", "*",
                                   [&](const std::string& data, const Message& message) {
                                     EXPECT_EQ(data, "data");
                                     messages.push_back(message);
                                     if (messages.size() < 3) throw std::runtime_error("once more");
                                   },
                                   {.redelivery = {.attempts = 3, .backoff = {}}})
                         .value();
  publish("Bad", {.priority = Priority::high,
                  .ttl = 1h,
                  .headers = headers,
                  .correlation_id = "run-7",
                  .id = "from-outside"});
  ASSERT_EQ(messages.size(), 3U);
  for (const Message& message : messages) {
    EXPECT_EQ(message.id_text(), "from-outside");
    EXPECT_EQ(message.time(), messages[0].time());
    EXPECT_EQ(message.expires(), messages[0].expires());
    EXPECT_EQ(message.header("run"), "7");
    EXPECT_EQ(message.correlation_id(), "run-7");
    EXPECT_EQ(message.source(), "LabRunner");
    EXPECT_EQ(message.get_if<std::string>(), messages[0].get_if<std::string>()) << "not copied";
  }
}

TEST_F(RedeliveryTest, ends_with_a_failure_or_a_dead_letter_that_tells_of_each_attempt) {
  for (const bool dead_letter : {false, true}) {
    failures = 3;
    auto heard = subscribe({.attempts = 3, .backoff = {1s}, .dead_letter = dead_letter});
    publish("Bad");
    bus.advance(1s);
    bus.advance(1s);
    const DeliveryCounts counts = heard.info().counts;
    EXPECT_EQ(counts.failed, dead_letter ? 0U : 1U);
    EXPECT_EQ(counts.dead_lettered, dead_letter ? 1U : 0U);
    expect_exact(counts);
    const auto letters = bus->dead_letters().list().value().letters;
    ASSERT_EQ(letters.size(), dead_letter ? 1U : 0U);
    if (!dead_letter) continue;
    ASSERT_EQ(letters[0].attempts.size(), 3U);
    EXPECT_EQ(letters[0].deliveries, 3U);
    EXPECT_EQ(letters[0].attempts[1].error, "failure 1");
    EXPECT_EQ(letters[0].attempts[2].time - letters[0].attempts[1].time, 1s);
  }
}

TEST_F(RedeliveryTest, never_brings_what_has_expired) {
  failures = 9;
  const auto heard = subscribe({.attempts = 9, .backoff = {10s}});
  publish("Bad", {.ttl = 5s});
  bus.advance(10s);
  EXPECT_EQ(got.size(), 1U);
  EXPECT_EQ(heard.info().counts.expired, 1U);
  expect_exact(heard.info().counts);
}

TEST_F(RedeliveryTest, is_cancelled_with_its_subscription_and_makes_no_dead_letter) {
  failures = 9;
  auto heard = subscribe({.attempts = 2, .backoff = {10s}, .dead_letter = true});
  publish("Bad");
  heard.close();
  bus.advance(1h);
  EXPECT_EQ(got.size(), 1U);
  const DeliveryCounts counts = bus->info().deliveries;
  EXPECT_EQ(counts.cancelled, 1U);
  expect_exact(counts);
  const auto again = subscribe({.attempts = 2, .backoff = {10s}, .dead_letter = true});
  publish("Bad");
  bus->stop(5s).value();
  EXPECT_EQ(bus->info().deliveries.cancelled, 2U);
  EXPECT_EQ(bus->dead_letters().info()->letters, 0U);
}

TEST_F(RedeliveryTest, waits_for_room_in_a_mailbox_that_is_full) {
  failures = 1;
  const auto heard =
      subscribe({.attempts = 2, .backoff = {1s}}, {.capacity = 1, .overflow = Overflow::reject});
  publish("Bad");
  bus->stop_processor(1s);
  publish("Good");
  bus->start_processor();
  bus.advance(5s);
  EXPECT_EQ(std::ranges::count(got, "Bad"), 2);
  expect_exact(heard.info().counts);
}

TEST_F(RedeliveryTest, works_for_handlers_of_events) {
  int runs = 0;
  const auto watch = lab.on_event("VM*",
                                  [&](const Event& event) {
                                    EXPECT_EQ(event.channel(), "Lab");
                                    if (++runs < 3) throw std::runtime_error("not yet");
                                  },
                                  {.redelivery = {.attempts = 3, .backoff = {1s}}})
                         .value();
  lab.emit("VMCreated", {.channel = "Lab"}).value();
  for (int i = 0; i < 3; ++i) bus.advance(1s);
  EXPECT_EQ(runs, 3);
  EXPECT_EQ(watch.info().counts.succeeded, 1U);
}

TEST_F(RedeliveryTest, says_what_it_cannot_be) {
  const auto subscribe_with = [&](RedeliveryOptions redelivery) {
    const auto subscribed =
        lab.subscribe("Steps", "*", [](const Message&) {}, {.redelivery = std::move(redelivery)});
    return std::string(subscribed.error().reason());
  };
  EXPECT_EQ(subscribe_with({.attempts = 0}), reason::validation);
  EXPECT_EQ(subscribe_with({.attempts = 1'001}), reason::validation);
  EXPECT_EQ(subscribe_with({.attempts = 2, .backoff = {-1s}}), reason::validation);
}

/// Whatever happens, each delivery is in exactly one place.
TEST(RedeliveryLedger, is_exact_in_every_history) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    detail::Random random(seed);
    TestBus bus(seed);
    const Module lab = bus.module("Lab");
    std::vector<Subscription> subscriptions;
    for (int i = 0; i < 3; ++i) {
      subscriptions.push_back(
          lab.subscribe(
                 "Steps", "*",
                 [&random](const Message&) {
                   if (random.below(2) == 0) throw std::runtime_error("no");
                 },
                 {.capacity = 1 + random.below(4),
                  .overflow = random.below(2) == 0 ? Overflow::reject : Overflow::drop_oldest,
                  .redelivery = {.attempts = static_cast<std::uint32_t>(1 + random.below(4)),
                                 .backoff = {std::chrono::milliseconds(random.below(500))},
                                 .dead_letter = random.below(2) == 0}})
              .value());
    }
    for (int step = 0; step < 60; ++step) {
      switch (random.below(6)) {
        case 0:
        case 1:
        case 2: {
          const std::chrono::milliseconds ttl(random.below(2) * random.below(400));
          static_cast<void>(lab.publish("Steps", "Step", 1, {.ttl = ttl}));
          break;
        }
        case 3:
          bus.advance(std::chrono::milliseconds(random.below(300)));
          break;
        case 4:
          bus.run();
          break;
        default:
          if (random.below(10) == 0) subscriptions[random.below(3)].close();
      }
    }
    bus.run();
    const DeliveryCounts all = bus->info().deliveries;
    ASSERT_EQ(all.matched, all.succeeded + all.failed + all.dead_lettered + all.dropped +
                               all.expired + all.cancelled + all.waiting)
        << "seed " << seed;
    ASSERT_EQ(all.dead_lettered, bus->dead_letters().info()->made);
    for (int i = 0; i < 20; ++i) bus.advance(1h);
    const DeliveryCounts end = bus->info().deliveries;
    ASSERT_EQ(end.waiting, 0U) << "seed " << seed;
    ASSERT_EQ(end.matched, all.matched);
  }
}

}  // namespace
}  // namespace modcomm
