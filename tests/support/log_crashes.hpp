// Lives of a log that end in a loss of power or in the death of the process, at any moment.
#pragma once

#include <gtest/gtest.h>

#include "support/log_world.hpp"

namespace modcomm::test {

inline void append_some(LogWorld& world) {
  for (std::uint64_t left = 1 + world.random.below(60); left > 0 && !world.disk->dead(); --left) {
    const bool synced = world.random.below(3) > 0;
    world.append(synced ? Durability::fsynced : Durability::written, 1 + world.random.below(900));
    if (world.random.below(4) == 0) world.executor->run_until_idle();
    if (world.random.below(20) == 0) world.clock->advance(std::chrono::seconds(1));
  }
}

inline void expect_promises(const LogWorld& world, const Reading& reading, bool power_lost) {
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
inline void adopt(LogWorld& world, const Reading& reading) {
  world.written.clear();
  for (const auto& [sequence, body] : reading.events) {
    const auto [place, fresh] = world.fsynced.emplace(sequence, body);
    EXPECT_TRUE(fresh || place->second == body);
  }
}

inline void live_and_die(LogWorld& world, bool power_lost) {
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

/// Five lives.
inline void crash(std::uint64_t seed, bool power_lost) {
  LogWorld world(seed);
  for (int life = 0; life < 5; ++life) {
    live_and_die(world, power_lost);
    ASSERT_FALSE(::testing::Test::HasFailure()) << "seed " << seed << ", life " << life;
  }
}

}  // namespace modcomm::test
