// Whatever the moment at which the power goes or the process dies: what was promised is there, in order,
// and nothing that was never appended.
#include <gtest/gtest.h>

#include "support/log_world.hpp"

namespace modcomm::store {
namespace {

using test::LogWorld;
using test::read_all;
using test::Reading;

void append_some(LogWorld& world) {
  for (std::uint64_t left = 1 + world.random.below(60); left > 0 && !world.disk->dead(); --left) {
    const bool synced = world.random.below(3) > 0;
    world.append(synced ? Durability::fsynced : Durability::written, 1 + world.random.below(900));
    if (world.random.below(4) == 0) world.executor->run_until_idle();
    if (world.random.below(20) == 0) world.clock->advance(std::chrono::seconds(1));
  }
}

void expect_promises(const LogWorld& world, const Reading& reading, bool power_lost) {
  EXPECT_TRUE(reading.damage.empty());
  std::uint64_t expected = 1;
  for (const auto& [sequence, body] : reading.events) {
    EXPECT_EQ(sequence, expected++);
    EXPECT_TRUE(body.starts_with("event "));
  }
  for (const auto& [sequence, body] : world.fsynced) {
    const auto found = reading.events.find(sequence);
    ASSERT_NE(found, reading.events.end()) << "event " << sequence << " was promised";
    EXPECT_EQ(found->second, body);
  }
  if (power_lost) return;
  for (const auto& [sequence, body] : world.written) {
    const auto found = reading.events.find(sequence);
    ASSERT_NE(found, reading.events.end()) << "event " << sequence << " was written";
    EXPECT_EQ(found->second, body);
  }
}

/// What is there now is what later lives build on.
void adopt(LogWorld& world, const Reading& reading) {
  world.written.clear();
  for (const auto& [sequence, body] : reading.events) {
    const auto [place, fresh] = world.fsynced.emplace(sequence, body);
    EXPECT_TRUE(fresh || place->second == body);
  }
}

void live_and_die(LogWorld& world, bool power_lost) {
  world.disk->cut_after(world.random.below(40));
  if (world.open()) {
    append_some(world);
    if (world.random.below(4) == 0) static_cast<void>(world.close());
    world.executor->run_until_idle();
  }
  world.forget();
  power_lost ? world.disk->restart() : world.disk->restart_process();
  const auto opened = world.open();
  ASSERT_TRUE(opened) << opened.error().to_string();
  const Reading reading = read_all(world.log->extent());
  expect_promises(world, reading, power_lost);
  adopt(world, reading);
  world.forget();
}

void crash(std::uint64_t seed, bool power_lost) {
  LogWorld world(seed);
  for (int life = 0; life < 5; ++life) {
    live_and_die(world, power_lost);
    ASSERT_FALSE(::testing::Test::HasFailure()) << "seed " << seed << ", life " << life;
  }
}

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
