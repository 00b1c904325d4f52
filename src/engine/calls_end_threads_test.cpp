// Calls end even where nothing else goes on: on a bus that ends under them, and behind handlers that
// hang.
#include <functional>
#include <future>
#include <latch>
#include <thread>

#include <gtest/gtest.h>

#include <modcomm/modcomm.hpp>

namespace modcomm {
namespace {

using namespace std::chrono_literals;

/// The machine's clock, which does something once when a certain thread looks at it.
class TrapClock final : public Clock {
 public:
  void arm(std::function<void()> trap) {
    trap_ = std::move(trap);
    whose_ = std::this_thread::get_id();
  }
  Moment now() noexcept override {
    if (std::this_thread::get_id() == whose_) {
      if (const auto trap = std::exchange(trap_, nullptr)) trap();
    }
    return real_->now();
  }
  bool wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable& changed,
                  SteadyTime deadline) override {
    return real_->wait_until(lock, changed, deadline);
  }
  bool park_until(Parking& parking, SteadyTime deadline) override {
    return real_->park_until(parking, deadline);
  }

 private:
  const std::shared_ptr<Clock> real_ = system_clock();
  std::thread::id whose_{};  // another thread never takes the trap
  std::function<void()> trap_{};
};

/// A bus that ends as soon as this thread has begun a call: the call was let in, and has no thread.
class CallsOfABusThatEnds : public testing::Test {
 protected:
  const std::shared_ptr<TrapClock> clock = std::make_shared<TrapClock>();
  std::unique_ptr<Bus> bus = std::make_unique<Bus>(BusOptions{.workers = 1, .clock = clock});
  const Module lab = bus->module("Lab");
  Registration provided = lab.provide("Step", [] { return 1; }).value();

  void SetUp() override {
    clock->arm([this] { bus.reset(); });
  }
  static void expect_shutdown(const Error& error) {
    EXPECT_EQ(error.code(), Code::cancelled);
    EXPECT_EQ(error.reason(), reason::shutdown) << error.to_string();
  }
};

TEST_F(CallsOfABusThatEnds, a_synchronous_one_is_answered_before_its_deadline) {
  expect_shutdown(lab.call<int>("Lab.Step", CallOptions{.timeout = 24h}).error());
}

TEST_F(CallsOfABusThatEnds, a_started_one_is_answered) {
  auto pending = lab.start<int>("Lab.Step", Payload(), CallOptions{.timeout = 24h}).value();
  expect_shutdown(pending.wait().error());
}

TEST_F(CallsOfABusThatEnds, a_callback_hears_it) {
  std::promise<Error> heard;
  const auto hear = [&](const Result<int>& reply) { heard.set_value(reply.error()); };
  ASSERT_TRUE(lab.call_then<int>("Lab.Step", Payload(), hear, CallOptions{.timeout = 24h}));
  expect_shutdown(heard.get_future().get());
}

TEST(CallsBehindHungHandlers, the_deadline_of_a_started_call_comes_and_stops_them) {
  std::latch stopped(4);
  Bus bus({.workers = 2});
  const auto hang = [&](CallContext& call) {
    std::latch told(1);
    const std::stop_callback tell(call.stop_token(), [&] { told.count_down(); });
    told.wait();
  };
  const auto provided =
      bus.module("Lab").provide("Hang", hang, {.breaker = {.enabled = false}}).value();
  for (int call = 0; call < 4; ++call) {
    const auto hear = [&](const Result<void>& reply) {
      EXPECT_EQ(reply.error().reason(), reason::timeout);
      stopped.count_down();
    };
    ASSERT_TRUE(
        bus.module("User").call_then("Lab.Hang", Payload(), hear, CallOptions{.timeout = 20ms}));
  }
  stopped.wait();
}

}  // namespace
}  // namespace modcomm
