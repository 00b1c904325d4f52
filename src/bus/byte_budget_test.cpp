#include "bus/byte_budget.hpp"

#include <gtest/gtest.h>

namespace modcomm::detail {
namespace {

TEST(ByteBudget, leases_share_the_limit_and_give_everything_back) {
  ByteBudget budget(100);
  {
    ByteLease first(budget);
    ByteLease second(budget);
    EXPECT_TRUE(first.add(60));
    EXPECT_FALSE(second.add(41));
    EXPECT_TRUE(second.add(40));
    first.remove(10);
    EXPECT_TRUE(second.add(10));
    EXPECT_EQ(first.used(), 50U);
    EXPECT_EQ(second.used(), 50U);
  }
  EXPECT_TRUE(budget.lease(100));
}

TEST(ByteBudget, a_replacement_for_which_there_is_no_room_keeps_what_the_old_one_had) {
  ByteBudget budget(100);
  ByteLease first(budget);
  ByteLease second(budget);
  ASSERT_TRUE(first.add(60));
  ASSERT_TRUE(second.add(30));
  EXPECT_FALSE(first.replace(60, 71));
  EXPECT_EQ(first.used(), 60U);
  EXPECT_TRUE(first.replace(60, 70));
  EXPECT_FALSE(second.add(1));
  EXPECT_TRUE(first.replace(70, 20));
  EXPECT_TRUE(second.add(50));
}

}  // namespace
}  // namespace modcomm::detail
