// Calls that hang are seen and ended by others, and a bus that ends waits for callbacks.
#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include <gmock/gmock.h>

#include <modcomm/modcomm.hpp>

namespace modcomm {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;

Error busy() { return {Code::unavailable, reason::link_down, "not yet"}; }

/// A handler that goes on when it is told.
class AHungCall : public testing::Test {
 protected:
  std::promise<void> enough;
  std::shared_future<void> told = enough.get_future().share();
  std::unique_ptr<Bus> bus = std::make_unique<Bus>(BusOptions{.shutdown_timeout = 20s});
  Registration provided = bus->module("Lab")
                              .provide("Hang",
                                       [this] {
                                         told.wait();
                                         return 7;
                                       })
                              .value();

  std::future<Result<int>> call(const CallOptions& options) {
    return std::async(std::launch::async, [options, user = bus->module("User")] {
      return user.call<int>("Lab.Hang", options);
    });
  }
  RequestId listed() const {
    for (;;) {
      const std::vector<CallInfo> all = bus->calls();
      if (!all.empty()) return RequestId::parse(all.front().request_id).value();
      std::this_thread::yield();
    }
  }
};

TEST_F(AHungCall, is_cancelled_by_its_id_while_it_hangs) {
  auto reply = call({.timeout = 24h});
  EXPECT_TRUE(bus->cancel_call(listed()));
  EXPECT_EQ(reply.get().error().reason(), reason::by_caller);
  EXPECT_THAT(bus->calls(), IsEmpty());
  enough.set_value();
}

TEST_F(AHungCall, is_cancelled_between_its_attempts) {
  const auto flaky = bus->module("Lab")
                         .provide("Flaky", [] { return Result<int>(busy()); },
                                  {.idempotent = true,
                                   .retry = {.retries = 5, .first_delay = 24h, .max_delay = 24h}})
                         .value();
  auto reply = std::async(std::launch::async, [user = bus->module("User")] {
    return user.call<int>("Lab.Flaky", CallOptions{.timeout = 1000h});
  });
  EXPECT_TRUE(bus->cancel_call(listed()));
  const Error error = reply.get().error();
  EXPECT_EQ(error.reason(), reason::by_caller);
  EXPECT_EQ(error.attempts(), 1U);
  enough.set_value();
}

TEST_F(AHungCall, is_awaited_by_others_than_its_caller) {
  auto reply = call({.timeout = 24h});
  const RequestId id = listed();
  EXPECT_EQ(bus->await_call(id, 1ms).error().reason(), reason::timeout);
  auto outcome = std::async(std::launch::async, [&] { return bus->await_call(id, 24h); });
  enough.set_value();
  EXPECT_EQ(reply.get().value(), 7);
  const Result<CallOutcome> answer = outcome.get();
  if (answer) {
    EXPECT_EQ(answer->data, Value(7));
    EXPECT_EQ(answer->request_id, id.to_string());
  } else {  // it asked when the call had just ended
    EXPECT_EQ(answer.error().reason(), reason::no_call);
  }
}

TEST_F(AHungCall, ends_when_its_bus_does) {
  auto reply = call({.timeout = 24h});
  listed();
  auto stopped = std::async(std::launch::async, [&] { return bus->stop(20s); });
  EXPECT_EQ(reply.get().error().reason(), reason::shutdown);
  enough.set_value();
  EXPECT_TRUE(stopped.get());
}

TEST_F(AHungCall, ends_on_a_bus_that_had_begun_to_end_before_it_was_listed) {
  std::atomic<bool> inside = false;
  const auto seen = bus->module("Lab").provide("Seen", [&] {
    inside = true;
    told.wait();
  });
  auto reply = std::async(std::launch::async, [user = bus->module("User")] {
    return user.call("Lab.Seen", CallOptions{.timeout = 24h});
  });
  while (!inside) std::this_thread::yield();
  auto stopped = std::async(std::launch::async, [&] { return bus->stop(20s); });
  EXPECT_EQ(reply.get().error().reason(), reason::shutdown);
  enough.set_value();
  EXPECT_TRUE(stopped.get());
}

TEST(CallbacksOfCalls, are_waited_for_by_a_bus_on_a_given_executor) {
  const auto executor = thread_pool({.threads = 2});
  std::atomic<bool> inside = false;
  std::atomic<bool> ending = false;
  bool left = false;
  auto bus = std::make_unique<Bus>(BusOptions{.executor = executor});
  const auto provided = bus->module("Lab").provide("Step", [] { return 1; }).value();
  const Module user = bus->module("User");
  ASSERT_TRUE(user.call_then<int>("Lab.Step", Payload(), [&](const Result<int>&) {
    inside = true;
    while (!ending) std::this_thread::yield();
    while (user.call("Lab.Step").error().reason() != reason::closed) std::this_thread::yield();
    for (int turn = 0; turn < 100; ++turn) std::this_thread::yield();
    left = true;
  }));
  while (!inside) std::this_thread::yield();
  ending = true;
  bus.reset();
  EXPECT_TRUE(left);
}

}  // namespace
}  // namespace modcomm
