#include <gtest/gtest.h>

#include "support/killed_log.hpp"

namespace modcomm::store {
namespace {

TEST(Kill, nothing_that_was_acknowledged_is_lost_at_50_kills) {
  test::KilledLog log(1);
  for (int kill = 0; kill < 50; ++kill) ASSERT_EQ(log.live_and_die(), "") << "kill " << kill;
  EXPECT_GT(log.acknowledged(), 1'000U);
}

}  // namespace
}  // namespace modcomm::store
