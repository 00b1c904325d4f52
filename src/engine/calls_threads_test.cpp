// Calls on real threads: depth, hangs, limits and changes meanwhile. calls_load_test.cpp has all at once.
#include <atomic>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <modcomm/modcomm.hpp>

namespace modcomm {
namespace {

using namespace std::chrono_literals;

TEST(CallsThreads, handlers_call_handlers_ten_deep_on_a_pool_of_one) {
  Bus bus({.workers = 1});
  const Module lab = bus.module("Lab");
  const auto provided = lab.provide("Down",
                                    [&](const int& depth) -> Result<int> {
                                      if (depth == 0) return 0;
                                      const Result<int> below =
                                          lab.call<int>("Lab.Down", depth - 1);
                                      if (!below) return below.error();
                                      return *below + 1;
                                    })
                            .value();
  EXPECT_EQ(lab.call<int>("Lab.Down", 10, {.timeout = 20s}).value(), 10);
}

TEST(CallsThreads, a_hung_handler_costs_its_caller_the_deadline_and_sees_the_stop) {
  Bus bus({.workers = 1});
  std::atomic<bool> entered = false;
  std::latch seen(1);
  const auto provided = bus.module("Lab")
                            .provide("Hang",
                                     [&](CallContext& call) {
                                       entered = true;
                                       std::latch stopped(1);
                                       const std::stop_callback on_stop(
                                           call.stop_token(), [&] { stopped.count_down(); });
                                       stopped.wait();
                                       seen.count_down();
                                     })
                            .value();
  while (!entered) {  // a worker that comes after the deadline leaves the handler alone
    const Error error = bus.module("User").call("Lab.Hang", CallOptions{.timeout = 20ms}).error();
    EXPECT_EQ(error.code(), Code::deadline_exceeded);
  }
  seen.wait();
  while (bus.operation("Lab.Hang")->counts.late == 0) std::this_thread::yield();
}

/// An operation with one place, which is taken, and one in its line.
class NarrowOperation : public testing::Test {
 protected:
  NarrowOperation() { entered.wait(); }
  ~NarrowOperation() override { over.count_down(); }

  BulkheadInfo bulkhead() const { return bus.operation("Lab.Narrow")->bulkhead_now; }
  bool stands_in_line(const PendingCall<void>& call) const {
    while (!call.ready()) {
      if (bulkhead().queued == 1) return true;
    }
    return false;  // no thread came to it in time
  }
  void hold() {
    entered.count_down();
    over.wait();
  }

  std::latch entered{1};
  std::latch over{1};
  Bus bus{{.workers = 2}};
  Module user = bus.module("User");
  Registration provided = bus.module("Lab")
                              .provide("Narrow", [this] { hold(); },
                                       {.bulkhead = {.max_concurrent = 1, .max_queued = 1}})
                              .value();
  PendingCall<void> first = user.start("Lab.Narrow", Payload()).value();
};

TEST_F(NarrowOperation, tells_who_waits_until_the_deadline_that_there_was_no_place_and_counts_it) {
  for (int seen = 0; seen < 10;) {
    const std::uint64_t before = bulkhead().expired;
    auto waiting = user.start("Lab.Narrow", Payload(), {.timeout = 15ms}).value();
    const bool in_line = stands_in_line(waiting);
    const Error error = waiting.wait().error();
    if (!in_line) continue;
    EXPECT_EQ(error.code(), Code::deadline_exceeded);
    EXPECT_NE(error.message().find("had no free place"), std::string::npos) << error.message();
    EXPECT_EQ(bulkhead().expired, before + 1);
    ++seen;
  }
}

TEST_F(NarrowOperation, does_not_count_as_late_who_is_cancelled_in_its_line) {
  auto waiting = user.start("Lab.Narrow", Payload()).value();
  ASSERT_TRUE(stands_in_line(waiting));
  waiting.cancel();
  EXPECT_EQ(waiting.wait().error().code(), Code::cancelled);
  while (bulkhead().queued != 0) std::this_thread::yield();
  EXPECT_EQ(bulkhead().expired, 0U);
}

TEST(CallsThreads, an_attempt_that_takes_too_long_is_told_to_stop_while_the_call_goes_on) {
  Bus bus;
  std::atomic<bool> entered = false;
  std::latch stopped(1);
  const auto hang_once = [&](CallContext& call) {
    if (entered.exchange(true)) return 2;
    const std::stop_callback on_stop(call.stop_token(), [&] { stopped.count_down(); });
    stopped.wait();
    return 1;
  };
  const auto provided =
      bus.module("Lab")
          .provide("Step", hang_once, {.idempotent = true, .retry = {.retries = 1'000}})
          .value();
  const auto reply = bus.module("User").call<int>(
      "Lab.Step", CallOptions{.timeout = 60s, .attempt_timeout = 100ms, .breaker = false});
  EXPECT_EQ(reply.value(), 2);
  stopped.wait();
}

TEST(CallsThreads, a_call_that_ends_waits_for_who_hears_its_progress) {
  for (int round = 0; round < 6; ++round) {
    Bus bus;
    std::atomic<bool> entered = false;
    std::atomic<bool> heard = false;
    std::stop_token left;
    const ProgressFunction hear = [&](const CallProgress&) {
      entered = true;
      while (!left.stop_requested()) std::this_thread::yield();
      for (int turn = 0; turn < 100; ++turn) std::this_thread::yield();
      heard = true;
    };
    const auto provided = bus.module("Lab")
                              .provide("Long",
                                       [&](CallContext& call) {
                                         left = call.stop_token();
                                         call.progress(0.5);
                                       })
                              .value();
    const Module user = bus.module("User");
    const CallOptions options{.timeout = 20ms, .breaker = false, .on_progress = &hear};
    while (!entered) {
      const Result<void> reply = round % 2 == 0
                                     ? user.call("Lab.Long", options)
                                     : user.start("Lab.Long", Payload(), options).value().wait();
      EXPECT_FALSE(reply);
      EXPECT_EQ(entered, heard);
    }
  }
}

TEST(CallsThreads, a_question_ends_in_time_and_names_who_hangs) {
  Bus bus;
  const Module console = bus.module("Console");
  const auto quick = bus.module("Lab").provide("Health", [] { return 1; }).value();
  const auto hang = bus.module("Sick")
                        .provide("Health",
                                 [](CallContext& call) {
                                   std::latch stopped(1);
                                   const std::stop_callback on_stop(call.stop_token(),
                                                                    [&] { stopped.count_down(); });
                                   stopped.wait();
                                   return 2;
                                 })
                        .value();
  Answers<int> all;
  while (all.answers.empty()) {  // so slow a machine may be that nobody answers in time
    all = console.ask<int>("*.Health", {}, {.timeout = 50ms}).value();
  }
  EXPECT_EQ(all.answers.front().operation, "Lab.Health");
  EXPECT_EQ(all.silent, std::vector<std::string>{"Sick.Health"});
}

TEST(CallsThreads, closing_a_registration_waits_for_its_running_handler) {
  Bus bus;
  std::latch inside(1);
  std::atomic<bool> left = false;
  auto provided = bus.module("Lab")
                      .provide("Slow",
                               [&] {
                                 inside.count_down();
                                 while (bus.operation("Lab.Slow"))
                                   std::this_thread::yield();  // until it is closed
                                 left = true;
                               })
                      .value();
  auto pending = bus.module("User").start("Lab.Slow", Payload()).value();
  inside.wait();
  provided.close();
  EXPECT_TRUE(left);
  EXPECT_TRUE(pending.wait());
  EXPECT_TRUE(provided.info().name.empty());
  EXPECT_EQ(bus.module("User").call("Lab.Slow").error().reason(), reason::no_operation);
}

TEST(CallsThreads, a_bulkhead_lets_so_many_in_and_the_rest_wait_or_are_refused) {
  Bus bus({.workers = 4});
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  const auto provided =
      bus.module("Lab")
          .provide("Narrow",
                   [&] {
                     const int now = ++inside;
                     int seen = most;
                     while (seen < now && !most.compare_exchange_weak(seen, now)) {
                     }
                     std::this_thread::yield();
                     --inside;
                   },
                   {.bulkhead = {.max_concurrent = 2, .max_queued = 2}})
          .value();
  std::atomic<int> good = 0;
  std::atomic<int> refused = 0;
  {
    std::vector<std::jthread> callers;
    for (int caller = 0; caller < 8; ++caller) {
      callers.emplace_back([&] {
        const Module user = bus.module("User");
        for (int i = 0; i < 200; ++i) {
          const auto result = user.call("Lab.Narrow", CallOptions{.timeout = 20s});
          if (result) ++good;
          if (!result && result.error().reason() == reason::bulkhead) ++refused;
        }
      });
    }
  }
  EXPECT_LE(most, 2);
  EXPECT_EQ(good + refused, 8 * 200);
  EXPECT_GT(good, 0);
}

TEST(CallsThreads, middleware_may_be_replaced_while_it_is_listed_and_used) {
  Bus bus;
  const auto provided =
      bus.module("Lab").provide("Step", [] {}, {.execution = Execution::inline_}).value();
  std::atomic<bool> over = false;
  std::jthread replacing([&] {
    for (int order = 0; order < 2'000; ++order) {
      EXPECT_TRUE(bus.call_middleware().replace(
          {.name = "pass",
           .function = [](CallContext&, const Next& next) { return next(); },
           .order = order}));
    }
    over = true;
  });
  while (!over) {
    EXPECT_LE(bus.call_middleware().list().value().size(), 1U);
    EXPECT_TRUE(bus.module("User").call("Lab.Step"));
  }
}

}  // namespace
}  // namespace modcomm
