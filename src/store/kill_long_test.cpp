#include <gtest/gtest.h>

#include "support/killed_log.hpp"

namespace modcomm::store {
namespace {

// Twenty logs, since the whole of one is read after each kill.
TEST(KillLong, nothing_that_was_acknowledged_is_lost_at_1000_kills) {
  for (std::uint64_t seed = 2; seed < 22; ++seed) {
    test::KilledLog log(seed);
    for (int kill = 0; kill < 50; ++kill) {
      ASSERT_EQ(log.live_and_die(), "") << "log " << seed << ", kill " << kill;
    }
  }
}

}  // namespace
}  // namespace modcomm::store
