#include <random>

#include "support/storm.hpp"

namespace modcomm {
namespace {

using namespace std::chrono_literals;

TEST(ConservationLong, both_ledgers_balance_through_two_minutes_of_storms) {
  for (int storms = 0; storms < 12 && !testing::Test::HasFailure(); ++storms) {
    const std::uint64_t seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    test::Storm storm(seed);
    for (int round = 0; round < 10 && !testing::Test::HasFailure(); ++round) {
      storm.rage_for(1s);
      storm.check_when_quiet();
    }
  }
}

}  // namespace
}  // namespace modcomm
