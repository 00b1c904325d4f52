// What the presets of a bus change about operations.
#include <gtest/gtest.h>

#include <modcomm/testing.hpp>

namespace modcomm {
namespace {

TEST(Preset, v2_retries_and_guards_operations_that_say_nothing_of_their_own) {
  TestBus bus(1, {.preset = Preset::v2});
  const Module lab = bus.module("Lab");
  const auto plain = lab.provide("Plain", [] {}).value();
  const auto own =
      lab.provide("Own", [] {}, {.retry = {.retries = 1}, .breaker = {.consecutive_failures = 2}})
          .value();
  EXPECT_EQ(plain.info().retry, v2_retry());
  EXPECT_EQ(plain.info().breaker, v2_breaker());
  EXPECT_EQ(own.info().retry, RetryOptions{.retries = 1});
  EXPECT_EQ(own.info().breaker, BreakerOptions{.consecutive_failures = 2});
}

TEST(Preset, standard_retries_nothing_unless_asked) {
  TestBus bus;
  const auto plain = bus.module("Lab").provide("Plain", [] {}).value();
  EXPECT_EQ(plain.info().retry, RetryOptions());
  EXPECT_EQ(plain.info().breaker, BreakerOptions());
}

}  // namespace
}  // namespace modcomm
