// modcomm/simulation.hpp -- time and threads under the control of a test.
//
//   auto clock = std::make_shared<modcomm::ManualClock>();
//   auto executor = std::make_shared<modcomm::SeededExecutor>(clock, 42);
//   modcomm::Bus bus({.clock = clock, .executor = executor});
//   ...                               // publish: nothing runs yet
//   executor->run_until_idle();       // handlers run here, in an order that the seed decides
//   clock->advance(5min);             // nothing sleeps
//
// Threads.   ManualClock: any. SeededExecutor: one thread posts, runs and waits.
// Order.     The same seed and the same calls give the same order of tasks.
// Lifetime.  Both are held by shared_ptr. What was posted and never run holds its bus, and the bus its executor:
//            stop the executor once the bus is gone.
// Errors.    SeededExecutor throws std::logic_error when it would wait for ever.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include <modcomm/clock.hpp>
#include <modcomm/executor.hpp>

namespace modcomm {

/// Stands still until told to go on. Both time lines move together.
class ManualClock final : public Clock {
 public:
  /// Starts at the given wall time; by default 2020-01-01T00:00:00Z.
  explicit ManualClock(WallTime start = WallTime(std::chrono::seconds(1'577'836'800)));
  ~ManualClock() override;

  Moment now() noexcept override;
  bool wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable& changed,
                  SteadyTime deadline) override;
  bool park_until(Parking& parking, SteadyTime deadline) override;

  /// Moves both time lines and wakes whoever waited for the new time.
  void advance(std::chrono::nanoseconds by);

  /// Moves the wall time alone, as somebody who sets the machine's clock would.
  void jump_wall(std::chrono::nanoseconds by);

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

/// Runs tasks on the thread that asks for it, in an order drawn from a seed.
class SeededExecutor final : public Executor {
 public:
  SeededExecutor(std::shared_ptr<ManualClock> clock, std::uint64_t seed);
  ~SeededExecutor() override;

  void post(std::shared_ptr<Task> task) override;
  TimerId post_at(SteadyTime at, std::shared_ptr<Task> task) override;
  bool cancel(TimerId timer) noexcept override;
  /// Always true, so that every task gives way and the seed decides as often as it can.
  bool crowded() const noexcept override { return true; }
  /// Runs other tasks; with none left, advances the clock to the next timer or the deadline.
  bool wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable& changed,
                  SteadyTime deadline) override;
  bool park_until(Parking& parking, SteadyTime deadline) override;
  bool may_wait() const noexcept override { return true; }
  bool stop(SteadyTime deadline) override;

  /// Runs one task that is ready. False if none was.
  bool run_one();
  /// Runs tasks until none is ready; returns how many ran. Timers wait for the clock.
  std::size_t run_until_idle();

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace modcomm
