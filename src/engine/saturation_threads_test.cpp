// Handlers that hang keep the threads that they have, and hold up nobody else.
#include <atomic>
#include <latch>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <modcomm/modcomm.hpp>

namespace modcomm {
namespace {

using namespace std::chrono_literals;

TEST(SaturationThreads, slow_concurrent_subscriptions_hold_up_no_other_channel) {
  Bus bus({.workers = 2});
  const Module lab = bus.module("Lab");
  std::latch hung(5), release(1), heard(100);
  std::vector<Subscription> slow;
  for (int i = 0; i < 5; ++i) {
    slow.push_back(lab.subscribe("Slow", "*",
                                 [&](const Message&) {
                                   hung.count_down();
                                   release.wait();
                                 },
                                 {.concurrent = true})
                       .value());
  }
  const auto quick =
      lab.subscribe("Quick", "*", [&](const Message&) { heard.count_down(); }).value();
  lab.publish("Slow", "t").value();
  hung.wait();
  for (int i = 0; i < 100; ++i) lab.publish("Quick", "t").value();
  heard.wait();
  release.count_down();
}

/// An operation with so many places, whose handlers hang until they are released.
struct Narrow {
  explicit Narrow(BulkheadOptions limits, BusOptions options = {.workers = 2})
      : bus(std::move(options)),
        provided(bus.module("Lab")
                     .provide("Narrow",
                              [this] {
                                ++ran;
                                entered.count_down();
                                release.wait();
                              },
                              {.bulkhead = limits})
                     .value()) {}
  PendingCall<void> start() { return user.start<void>("Lab.Narrow", Payload()).value(); }
  /// Waits until so many wait for a place.
  void wait_for_line(std::uint32_t queued) {
    while (bus.operation("Lab.Narrow")->bulkhead_now.queued != queued) std::this_thread::yield();
  }

  std::latch entered{2};
  std::latch release{1};
  std::atomic<int> ran = 0;
  Bus bus;
  Registration provided;
  Module user = bus.module("User");
};

TEST(SaturationThreads, excess_calls_are_refused_while_as_many_handlers_hang_as_there_are_workers) {
  Narrow narrow({.max_concurrent = 2});
  auto first = narrow.start();
  auto second = narrow.start();
  narrow.entered.wait();
  const auto third = narrow.user.call("Lab.Narrow", CallOptions{.timeout = 20s});
  EXPECT_EQ(third.error().reason(), reason::bulkhead);
  narrow.release.count_down();
  EXPECT_TRUE(first.wait());
  EXPECT_TRUE(second.wait());
}

TEST(SaturationThreads, a_call_that_is_dropped_leaves_the_line_and_never_runs) {
  Narrow narrow({.max_concurrent = 2, .max_queued = 2});
  auto first = narrow.start();
  auto second = narrow.start();
  narrow.entered.wait();
  {
    const auto dropped = narrow.start();
    const auto cancelled = narrow.start();
    narrow.wait_for_line(2);
    narrow.bus.cancel_call(cancelled.request_id()).value();
    narrow.wait_for_line(1);
  }
  narrow.wait_for_line(0);
  narrow.release.count_down();
  EXPECT_TRUE(first.wait());
  EXPECT_TRUE(second.wait());
  narrow.bus.drain(20s).value();
  EXPECT_EQ(narrow.ran, 2);
}

TEST(SaturationThreads, a_bus_that_stops_runs_nobody_who_waits_in_a_line) {
  Narrow narrow({.max_concurrent = 2, .max_queued = 5});
  std::vector<PendingCall<void>> calls;
  for (int i = 0; i < 7; ++i) calls.push_back(narrow.start());
  narrow.entered.wait();
  narrow.wait_for_line(5);
  std::jthread stops([&] { narrow.bus.stop(20s).value(); });
  narrow.wait_for_line(0);
  narrow.release.count_down();
  stops.join();
  EXPECT_EQ(narrow.ran, 2);
}

TEST(SaturationThreads, no_place_in_time_says_nothing_about_the_operation) {
  Narrow narrow({.max_concurrent = 2, .max_queued = 5});
  auto first = narrow.start();
  auto second = narrow.start();
  narrow.entered.wait();
  for (int i = 0; i < 3; ++i) {
    const auto late = narrow.user.call("Lab.Narrow", CallOptions{.timeout = 30ms});
    EXPECT_EQ(late.error().code(), Code::deadline_exceeded);
  }
  narrow.wait_for_line(0);
  const OperationInfo info = narrow.bus.operation("Lab.Narrow").value();
  EXPECT_EQ(info.counts.refused, 3U) << "no handler began";
  EXPECT_EQ(narrow.bus.breaker("Lab.Narrow")->consecutive_failures, 0U);
  narrow.release.count_down();
  EXPECT_TRUE(first.wait());
  EXPECT_TRUE(second.wait());
}

}  // namespace
}  // namespace modcomm
