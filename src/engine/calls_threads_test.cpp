// Calls on real threads: depth, hangs, shutdown, and a mixed load whose books must balance.
#include <atomic>
#include <latch>
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

TEST(CallsThreads, every_call_of_a_mixed_load_ends_once) {
  std::atomic<int> ended = 0;
  int begun = 0;
  {
    Bus bus({.workers = 3});
    const Module lab = bus.module("Lab");
    std::atomic<unsigned> turn = 0;
    const OperationOptions options{.idempotent = true,
                                   .retry = {.retries = 2, .first_delay = 1ms, .max_delay = 2ms},
                                   .breaker = {.open_for = 1ms, .max_open = 2ms}};
    auto provided = lab.provide(
                           "Mixed",
                           [&](const int& value) -> Result<int> {
                             switch (++turn % 5) {
                               case 0:
                                 throw std::runtime_error("as planned");
                               case 1:
                                 return Error(Code::unavailable, "away", "as planned");
                               default:
                                 return value;
                             }
                           },
                           options)
                        .value();
    constexpr int callers = 4;
    constexpr int each = 300;
    begun = callers * each;
    std::vector<std::jthread> threads;
    for (int caller = 0; caller < callers; ++caller) {
      threads.emplace_back([&, caller] {
        const Module user = bus.module("User");
        for (int i = 0; i < each; ++i) {
          const auto count = [&](const Result<int>&) { ++ended; };
          if (i % 3 == 0) {
            static_cast<void>(user.call<int>("Lab.Mixed", i));
            ++ended;
          } else if (i % 3 == 1) {
            if (!user.call_then<int>("Lab.Mixed", i, count)) ++ended;
          } else {
            auto pending = user.start<int>("Lab.Mixed", i);
            if (pending && i % 2 == 0) static_cast<void>(pending->wait());
            ++ended;  // the others are dropped here
          }
          if (caller == 0 && i % 50 == 0) {
            static_cast<void>(bus.call_middleware().replace(
                {.name = "pass",
                 .function = [](CallContext&, const Next& next) { return next(); }}));
            static_cast<void>(bus.operations());
            static_cast<void>(bus.calls());
          }
        }
      });
    }
    threads.clear();
  }  // the bus ends what is still under way
  EXPECT_EQ(ended, begun);
}

}  // namespace
}  // namespace modcomm
