#include <gtest/gtest.h>

#include "support/killed_bus.hpp"

namespace modcomm {
namespace {

// Fifty stores, since the whole of one is read after each kill.
TEST(KilledBusLong, nothing_that_was_acknowledged_is_lost_at_1000_kills) {
  for (std::uint64_t seed = 2; seed < 52; ++seed) {
    test::KilledBus bus(seed);
    for (int kill = 0; kill < 20; ++kill) {
      ASSERT_EQ(bus.live_and_die(), "") << "store " << seed << ", kill " << kill;
    }
  }
}

}  // namespace
}  // namespace modcomm
