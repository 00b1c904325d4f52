// A bus that closes, drains, stops and ends while calls are under way.
#include <future>
#include <latch>
#include <memory>
#include <optional>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <modcomm/modcomm.hpp>

namespace modcomm {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// A bus, on its own threads or on a given executor, with a handler that waits until it is told.
class CallsAndTheEnd : public testing::TestWithParam<bool> {
 protected:
  const std::shared_ptr<Executor> given = GetParam() ? thread_pool({.threads = 2}) : nullptr;
  std::vector<std::string> abandoned;
  std::optional<Bus> bus{std::in_place,
                         BusOptions{.shutdown_timeout = 10ms,
                                    .on_notice =
                                        [this](const Notice& notice) {
                                          if (notice.name == notice::thread_abandoned)
                                            abandoned.push_back(notice.detail);
                                        },
                                    .executor = given}};
  std::latch inside{1};
  std::latch told{1};
  const Module lab = bus->module("Lab");
  std::optional<Registration> slow = lab.provide("Slow",
                                                 [this] {
                                                   inside.count_down();
                                                   told.wait();
                                                   return 7;
                                                 })
                                         .value();
};

TEST_P(CallsAndTheEnd, close_refuses_calls_and_operations_but_not_those_of_handlers) {
  const auto outer = lab.provide("Outer",
                                 [this] {
                                   inside.count_down();
                                   told.wait();
                                   return lab.call<int>("Lab.Inner");
                                 })
                         .value();
  const auto inner = lab.provide("Inner", [] { return 5; }).value();
  auto pending = lab.start<int>("Lab.Outer", Payload()).value();
  inside.wait();
  bus->close();
  EXPECT_EQ(lab.call<int>("Lab.Inner").error().reason(), reason::closed);
  EXPECT_EQ(lab.start<int>("Lab.Inner", Payload()).error().reason(), reason::closed);
  EXPECT_EQ(lab.provide("New", [] {}).error().reason(), reason::closed);
  told.count_down();
  EXPECT_EQ(pending.wait().value(), 5);
}

TEST_P(CallsAndTheEnd, drain_waits_for_calls_and_names_what_runs_longer) {
  auto reply = std::async(std::launch::async, [this] { return lab.call<int>("Lab.Slow"); });
  inside.wait();
  const Error late = bus->drain(1ms).error();
  EXPECT_EQ(late.reason(), reason::timeout);
  EXPECT_THAT(late.message(), HasSubstr("operation Lab.Slow"));
  EXPECT_EQ(lab.call("Lab.Slow").error().reason(), reason::closed);
  auto drained = std::async(std::launch::async, [this] { return bus->drain(20s); });
  told.count_down();
  EXPECT_TRUE(drained.get());
  EXPECT_EQ(reply.get().value(), 7);
}

TEST_P(CallsAndTheEnd, stop_names_the_operation_that_hangs) {
  auto pending = lab.start<int>("Lab.Slow", Payload()).value();
  inside.wait();
  const Error hangs = bus->stop(1ms).error();
  EXPECT_EQ(hangs.reason(), reason::timeout);
  EXPECT_THAT(hangs.message(), HasSubstr("still running: operation Lab.Slow"));
  EXPECT_EQ(pending.wait().error().reason(), reason::shutdown);
  told.count_down();
}

TEST_P(CallsAndTheEnd, a_hung_operation_is_abandoned_by_name_and_keeps_what_it_needs) {
  std::promise<std::string> read_afterwards;
  const auto keep = std::make_shared<std::string>("kept");
  std::latch entered(1);
  lab.provide("Hang",
              [this, keep, &entered, &read_afterwards](CallContext& call) {
                entered.count_down();
                told.wait();
                read_afterwards.set_value(*keep + " for " + std::string(call.caller()));
              })
      .value()
      .detach();
  bus->module("User").send("Lab.Hang", Payload()).value();
  entered.wait();
  slow.reset();
  bus.reset();
  ASSERT_EQ(abandoned.size(), 1U);
  EXPECT_THAT(abandoned.front(), HasSubstr("operation Lab.Hang"));
  told.count_down();
  EXPECT_EQ(read_afterwards.get_future().get(), "kept for User");
  EXPECT_TRUE(given == nullptr || given->stop(never));
}

TEST_P(CallsAndTheEnd, a_registration_dropped_inside_a_handler_does_not_wait) {
  const auto drop = lab.provide("Drop", [this] { slow.reset(); }).value();
  auto pending = lab.start<int>("Lab.Slow", Payload()).value();
  inside.wait();
  EXPECT_TRUE(lab.call("Lab.Drop"));
  EXPECT_EQ(lab.call("Lab.Slow").error().reason(), reason::no_operation);
  told.count_down();
  EXPECT_EQ(pending.wait().value(), 7);
}

TEST_P(CallsAndTheEnd, stop_inside_a_handler_only_requests) {
  const auto stop = lab.provide("Stop", [this] { return bus->stop(20s); }).value();
  EXPECT_TRUE(lab.call("Lab.Stop"));
  EXPECT_EQ(lab.call("Lab.Stop").error().reason(), reason::closed);
}

TEST_P(CallsAndTheEnd, a_callback_that_calls_again_is_refused_on_a_bus_that_ends) {
  std::atomic<int> refused = 0;
  std::function<void()> poll = [&] {
    const auto begun =
        lab.call_then<int>("Lab.Slow", Payload(), [&](const Result<int>&) { poll(); });
    if (!begun) ++refused;
  };
  poll();
  inside.wait();
  EXPECT_FALSE(bus->stop(1ms));
  told.count_down();
  bus.reset();
  EXPECT_EQ(refused, 1);
}

INSTANTIATE_TEST_SUITE_P(Threads, CallsAndTheEnd, testing::Bool(),
                         [](const auto& tested) { return tested.param ? "given" : "own"; });

}  // namespace
}  // namespace modcomm
