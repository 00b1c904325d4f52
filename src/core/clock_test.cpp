#include <cstdint>

#include <gtest/gtest.h>

#include <modcomm/clock.hpp>

#include "core/tick_rate.hpp"

namespace modcomm {
namespace {

using namespace std::chrono_literals;

TEST(SystemClock, NeverGoesBackAndStaysWithTheMachinesClocks) {
  const auto clock = system_clock();
  SteadyTime last = clock->now().steady;
  const auto end = std::chrono::steady_clock::now() + 300ms;
  while (std::chrono::steady_clock::now() < end) {
    for (int i = 0; i < 1'000; ++i) {
      const SteadyTime now = clock->now().steady;
      ASSERT_GE(now, last);
      last = now;
    }
    const SteadyTime before = std::chrono::steady_clock::now();
    const Moment now = clock->now();
    const SteadyTime after = std::chrono::steady_clock::now();
    ASSERT_GT(now.steady, before - 100us);
    ASSERT_LT(now.steady, after + 100us);
  }
  EXPECT_LT(std::chrono::abs(clock->now().wall - std::chrono::system_clock::now()), 100ms);
}

TEST(TickRate, IsUnknownUntilTheBaselineIsLongEnough) {
  detail::TickRate rate;
  rate.observe(1'000'000, 0);
  rate.observe(1'200'000, 100'000);
  EXPECT_EQ(rate.per_tick(), 0U);
  rate.observe(3'000'000, 1'000'000);
  EXPECT_EQ(rate.per_tick(), std::uint64_t{1} << (detail::TickRate::fraction_bits - 1));
}

TEST(TickRate, DoesNotLearnFromATimeInWhichTheMachineMayHaveSlept) {
  detail::TickRate rate;
  rate.observe(1'000'000, 0);
  rate.observe(61'000'000, 30'000'000);
  const std::uint64_t known = rate.per_tick();
  rate.observe(900'000'000'000, 40'000'000'000);
  EXPECT_EQ(rate.per_tick(), known);
}

}  // namespace
}  // namespace modcomm
