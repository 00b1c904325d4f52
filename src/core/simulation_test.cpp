#include <functional>
#include <map>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <modcomm/simulation.hpp>

namespace modcomm {
namespace {

using namespace std::chrono_literals;

struct Job final : Task {
  explicit Job(std::function<void()> what) : work(std::move(what)) {}
  void run() noexcept override { work(); }
  std::function<void()> work;
};

std::shared_ptr<Task> job(std::function<void()> what) {
  return std::make_shared<Job>(std::move(what));
}

struct Simulation {
  explicit Simulation(std::uint64_t seed = 1) : executor(clock, seed) {}
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  SeededExecutor executor;
};

TEST(ManualClock, stands_still_until_told_and_moves_both_time_lines) {
  ManualClock clock(WallTime(100s));
  const Moment start = clock.now();
  EXPECT_EQ(start.wall, WallTime(100s));
  clock.advance(5s);
  EXPECT_EQ(clock.now().wall - start.wall, 5s);
  EXPECT_EQ(clock.now().steady - start.steady, 5s);
  clock.jump_wall(-1h);
  EXPECT_EQ(clock.now().wall - start.wall, 5s - 1h);
  EXPECT_EQ(clock.now().steady - start.steady, 5s);
}

TEST(ManualClock, wakes_waiters_when_their_time_comes_and_not_before) {
  ManualClock clock;
  std::mutex mutex;
  std::condition_variable changed;
  const SteadyTime deadline = clock.now().steady + 10s;
  std::jthread waiter([&] {
    std::unique_lock lock(mutex);
    while (clock.wait_until(lock, changed, deadline)) {
    }
    EXPECT_GE(clock.now().steady, deadline);
  });
  for (int second = 0; second < 10; ++second) clock.advance(1s);
}

std::vector<int> order_of(std::uint64_t seed) {
  Simulation simulation(seed);
  std::vector<int> order;
  for (int i = 0; i < 10; ++i) {
    simulation.executor.post(job([&, i] {
      order.push_back(i);
      if (i < 3) simulation.executor.post(job([&, i] { order.push_back(100 + i); }));
    }));
  }
  EXPECT_TRUE(order.empty());  // never inside post
  EXPECT_EQ(simulation.executor.run_until_idle(), 13U);
  return order;
}

TEST(SeededExecutor, the_seed_decides_the_order) {
  std::map<std::vector<int>, int> orders;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    EXPECT_EQ(order_of(seed), order_of(seed));
    ++orders[order_of(seed)];
  }
  EXPECT_GT(orders.size(), 5U);
}

TEST(SeededExecutor, timers_wait_for_the_clock_and_can_be_cancelled) {
  Simulation simulation;
  std::vector<int> ran;
  const auto timer_in = [&](std::chrono::nanoseconds delay, int number) {
    return simulation.executor.post_at(simulation.clock->now().steady + delay,
                                       job([&, number] { ran.push_back(number); }));
  };
  timer_in(2s, 2);
  const TimerId cancelled = timer_in(1s, 9);
  timer_in(1s, 1);
  EXPECT_TRUE(simulation.executor.cancel(cancelled));
  EXPECT_FALSE(simulation.executor.cancel(cancelled));
  EXPECT_FALSE(simulation.executor.run_one());
  simulation.clock->advance(1s);
  simulation.executor.run_until_idle();
  EXPECT_EQ(ran, std::vector<int>{1});
  simulation.clock->advance(1s);
  simulation.executor.run_until_idle();
  EXPECT_EQ(ran, (std::vector<int>{1, 2}));
}

TEST(SeededExecutor, waiting_runs_other_tasks_and_then_moves_the_clock) {
  Simulation simulation;
  std::mutex mutex;
  std::condition_variable changed;
  bool ready = false;
  const SteadyTime start = simulation.clock->now().steady;
  simulation.executor.post(job([] {}));
  simulation.executor.post_at(start + 3s, job([&] { ready = true; }));
  std::unique_lock lock(mutex);
  while (!ready) ASSERT_TRUE(simulation.executor.wait_until(lock, changed, start + 10s));
  EXPECT_EQ(simulation.clock->now().steady, start + 3s);
  while (simulation.executor.wait_until(lock, changed, start + 10s)) {
  }
  EXPECT_EQ(simulation.clock->now().steady, start + 10s);
  EXPECT_THROW(simulation.executor.wait_until(lock, changed, never), std::logic_error);
}

TEST(SeededExecutor, takes_nothing_after_its_stop) {
  Simulation simulation;
  bool ran = false;
  simulation.executor.post(job([&] { ran = true; }));
  EXPECT_TRUE(simulation.executor.stop(never));
  simulation.executor.post(job([&] { ran = true; }));
  EXPECT_EQ(simulation.executor.run_until_idle(), 0U);
  EXPECT_FALSE(ran);
}

}  // namespace
}  // namespace modcomm
