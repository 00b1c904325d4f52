#include <random>

#include "support/storm.hpp"

namespace modcomm {
namespace {

using namespace std::chrono_literals;

TEST(ConservationThreads, both_ledgers_balance_after_each_burst_of_a_storm) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  test::Storm storm(seed);
  for (int round = 0; round < 8 && !testing::Test::HasFailure(); ++round) {
    storm.rage_for(400ms);
    storm.check_when_quiet();
  }
  EXPECT_GT(storm.books().accepted.load(), 1'000U);
  EXPECT_GT(storm.books().succeeded.load(), 100U);
  EXPECT_GT(storm.books().rejected.load(), 0U);
}

TEST(ConservationThreads, a_bus_that_dies_in_the_storm_leaves_its_users_with_answers) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  test::Storm storm(seed);
  std::jthread end([&] {
    std::this_thread::sleep_for(200ms);
    const auto stopped = storm.bus().stop(20s);  // somebody may have stopped the processor
    EXPECT_TRUE(stopped || stopped.error().reason() == reason::stopped)
        << stopped.error().to_string();
  });
  storm.rage_for(400ms);
}

}  // namespace
}  // namespace modcomm
