// Whatever the moment at which the power goes or the process dies: what was promised is there, in order,
// and nothing that was never appended.
#include <gtest/gtest.h>

#include "support/log_crashes.hpp"

namespace modcomm::store {
namespace {

using test::append_some;
using test::crash;
using test::expect_promises;
using test::LogWorld;
using test::read_all;

TEST(Crash, nothing_that_was_synced_is_lost_at_500_losses_of_power) {
  for (std::uint64_t seed = 0; seed < 100 && !HasFailure(); ++seed) crash(seed, true);
}

TEST(Crash, nothing_that_was_written_is_lost_at_500_deaths_of_the_process) {
  for (std::uint64_t seed = 0; seed < 100 && !HasFailure(); ++seed) crash(seed, false);
}

// Recovery itself is interrupted as often as it does anything.
TEST(Crash, recovery_may_be_interrupted_at_any_moment) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    LogWorld world(seed);
    ASSERT_TRUE(world.open());
    append_some(world);
    world.executor->run_until_idle();
    world.disk->cut_after(0);
    append_some(world);
    world.executor->run_until_idle();
    for (std::uint64_t moment = 0; moment < 6; ++moment) {
      world.forget();
      world.disk->restart();
      world.disk->cut_after(moment);
      static_cast<void>(world.open());
    }
    world.forget();
    world.disk->restart();
    ASSERT_TRUE(world.open());
    expect_promises(world, read_all(world.log->extent()), true);
    ASSERT_FALSE(HasFailure()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace modcomm::store
