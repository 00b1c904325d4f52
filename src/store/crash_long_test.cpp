#include <gtest/gtest.h>

#include "support/log_crashes.hpp"

namespace modcomm::store {
namespace {

constexpr std::uint64_t first_seed = 1'000;  // others than those of the short test
constexpr std::uint64_t last_seed = first_seed + 2'000;

TEST(CrashLong, nothing_that_was_synced_is_lost_at_10000_losses_of_power) {
  for (std::uint64_t seed = first_seed; seed < last_seed && !HasFailure(); ++seed) {
    test::crash(seed, true);
  }
}

TEST(CrashLong, nothing_that_was_written_is_lost_at_10000_deaths_of_the_process) {
  for (std::uint64_t seed = first_seed; seed < last_seed && !HasFailure(); ++seed) {
    test::crash(seed, false);
  }
}

}  // namespace
}  // namespace modcomm::store
