#include "bus/bus_budget.hpp"

#include <gtest/gtest.h>

namespace modcomm::detail {
namespace {

constexpr Credit bytes(std::size_t amount) { return {.bytes = amount}; }

TEST(BusBudget, leases_share_the_limit_and_give_everything_back) {
  BusBudget budget(bytes(100));
  {
    BusLease first(budget);
    BusLease second(budget);
    EXPECT_TRUE(first.add(bytes(60)));
    EXPECT_FALSE(second.add(bytes(41)));
    EXPECT_TRUE(second.add(bytes(40)));
    first.remove(bytes(10));
    EXPECT_TRUE(second.add(bytes(10)));
    EXPECT_EQ(first.used(), bytes(50));
    EXPECT_EQ(second.used(), bytes(50));
  }
  EXPECT_TRUE(budget.lease(bytes(100)));
}

TEST(BusBudget, a_replacement_for_which_there_is_no_room_keeps_what_the_old_one_had) {
  BusBudget budget(bytes(100));
  BusLease first(budget);
  BusLease second(budget);
  ASSERT_TRUE(first.add(bytes(60)));
  ASSERT_TRUE(second.add(bytes(30)));
  EXPECT_FALSE(first.replace(60, 71));
  EXPECT_EQ(first.used(), bytes(60));
  EXPECT_TRUE(first.replace(60, 70));
  EXPECT_FALSE(second.add(bytes(1)));
  EXPECT_TRUE(first.replace(70, 20));
  EXPECT_TRUE(second.add(bytes(50)));
}

TEST(BusBudget, a_lease_takes_messages_and_bytes_or_neither) {
  BusBudget budget({.messages = 2, .bytes = 10});
  EXPECT_TRUE(budget.lease({1, 4}));
  EXPECT_FALSE(budget.lease({2, 1}));
  EXPECT_FALSE(budget.lease({1, 7}));
  EXPECT_TRUE(budget.lease({1, 6}));
}

TEST(BusBudget, is_tight_until_half_of_everything_is_free_again) {
  BusBudget budget({.messages = 4, .bytes = 40});
  ASSERT_TRUE(budget.lease({4, 4}));
  EXPECT_TRUE(budget.tighten());
  EXPECT_FALSE(budget.tighten());
  budget.give_back({2, 2});
  EXPECT_TRUE(budget.tight());
  budget.give_back({1, 1});
  EXPECT_FALSE(budget.tight());
}

}  // namespace
}  // namespace modcomm::detail
