#include <thread>

#include <gtest/gtest.h>

#include <modcomm/bus.hpp>

namespace modcomm {
namespace {

using namespace std::chrono_literals;

void destroy_inside_a_handler(Delivery delivery) {
  auto bus = std::make_unique<Bus>();
  bus->create_channel("Lab", {.delivery = delivery}).value();
  bus->module("m").subscribe("Lab", "*", [&](const Message&) { bus.reset(); }).value().detach();
  bus->module("m").publish("Lab", "t").value();
  std::this_thread::sleep_for(20s);
}

void destroy_inside_an_operation() {
  auto bus = std::make_unique<Bus>();
  const auto provided = bus->module("m").provide("Destroy", [&] { bus.reset(); }).value();
  bus->module("m").call("m.Destroy").value();
}

void destroy_inside_a_callback() {
  auto bus = std::make_unique<Bus>();
  const auto provided = bus->module("m").provide("Step", [] {}).value();
  bus->module("m")
      .call_then("m.Step", Payload(), [&](const Result<void>&) { bus.reset(); })
      .value();
  std::this_thread::sleep_for(20s);
}

TEST(LifetimeDeathTest, destroying_a_bus_inside_its_own_handler_says_so_and_ends_the_program) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(destroy_inside_a_handler(Delivery::queued), "destroyed inside its own handler");
  EXPECT_DEATH(destroy_inside_a_handler(Delivery::inline_), "destroyed inside its own handler");
  EXPECT_DEATH(destroy_inside_an_operation(), "destroyed inside its own handler");
  EXPECT_DEATH(destroy_inside_a_callback(), "destroyed inside its own handler");
}

TEST(LifetimeDeathTest, a_bus_that_shall_abort_on_a_hung_handler_does) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto hang = [] {
    Bus bus({.shutdown_timeout = 10ms, .on_hang = OnHang::abort});
    bus.module("m")
        .subscribe("Lab", "*", [](const Message&) { std::this_thread::sleep_for(60s); })
        .value()
        .detach();
    bus.module("m").publish("Lab", "t").value();
    std::this_thread::sleep_for(50ms);
  };
  EXPECT_DEATH(hang(), "did not drain in time.*channel 'Lab'");
  const auto hang_in_a_call = [] {
    Bus bus({.shutdown_timeout = 10ms, .on_hang = OnHang::abort});
    bus.module("m").provide("Hang", [] { std::this_thread::sleep_for(60s); }).value().detach();
    bus.module("m").send("m.Hang", Payload()).value();
    while (bus.operation("m.Hang")->counts.running == 0) std::this_thread::yield();
  };
  EXPECT_DEATH(hang_in_a_call(), "still running: operation m.Hang");
}

}  // namespace
}  // namespace modcomm
