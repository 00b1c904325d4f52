#include <gtest/gtest.h>

#include "observe/counter.hpp"
#include "observe/gauge.hpp"
#include "observe/sampling.hpp"

namespace modcomm {
namespace {

TEST(Counter, a_reset_view_starts_at_zero_while_the_counter_goes_on) {
  Counter counter;
  counter.add(3);
  counter.add_single_writer();
  const auto base = counter.value();
  EXPECT_EQ(base, 4U);
  EXPECT_EQ(counter.since(base), 0U);
  counter.add(2);
  EXPECT_EQ(counter.since(base), 2U);
  EXPECT_EQ(counter.value(), 6U);
}

TEST(Gauge, rises_and_falls_below_zero) {
  Gauge gauge;
  gauge.set(2);
  gauge.add();
  gauge.sub(5);
  EXPECT_EQ(gauge.value(), -2);
}

int sampled_of(Sampler sampler, int runs) {
  int sampled = 0;
  for (int run = 0; run < runs; ++run) sampled += sampler.next() ? 1 : 0;
  return sampled;
}

TEST(Sampler, off_and_all_mean_what_they_say) {
  EXPECT_EQ(sampled_of(Sampler(Timing::off), 1'000), 0);
  EXPECT_EQ(sampled_of(Sampler(Timing::all), 1'000), 1'000);
}

TEST(Sampler, takes_the_first_run_and_then_one_in_64) {
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    EXPECT_TRUE(Sampler(Timing::sampled, seed).next());
    EXPECT_NEAR(sampled_of(Sampler(Timing::sampled, seed), 640'000), 10'000, 500);
  }
}

TEST(Sampler, sees_every_place_of_a_regular_batch) {
  constexpr int batch = 64;
  Sampler sampler(Timing::sampled);
  int seen[batch] = {};
  for (int run = 0; run < 100 * batch * batch; ++run) {
    if (sampler.next()) ++seen[run % batch];
  }
  for (const int times : seen) EXPECT_GT(times, 0);
}

}  // namespace
}  // namespace modcomm
