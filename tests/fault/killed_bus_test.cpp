#include "support/killed_bus.hpp"

#include <gtest/gtest.h>

namespace modcomm {
namespace {

TEST(KilledBusTest, nothing_that_was_acknowledged_is_lost_at_50_kills) {
  test::KilledBus bus(1);
  for (int kill = 0; kill < 50; ++kill) ASSERT_EQ(bus.live_and_die(), "") << "kill " << kill;
  EXPECT_GT(bus.acknowledged(), 1'000U);
}

}  // namespace
}  // namespace modcomm
