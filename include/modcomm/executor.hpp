// modcomm/executor.hpp -- the one seam through which the library starts work.
//
//   struct Hello : modcomm::Task { void run() noexcept override { std::puts("hello"); } };
//   auto pool = modcomm::thread_pool({.threads = 2});
//   pool->post(std::make_shared<Hello>());
//   pool->stop(modcomm::after(clock->now().steady, 1s));
//
// Threads.   Every member may be called from any thread, tasks included.
// Order.     A pool starts tasks in the order of `post`, timers in the order of their times.
// Lifetime.  The executor holds posted tasks until they have run or `stop` discards them.
// Errors.    post throws std::bad_alloc, or std::system_error when no thread can be started.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>

#include <modcomm/clock.hpp>

namespace modcomm {

/// A piece of work. It may be posted again while it runs.
class Task {
 public:
  virtual ~Task() = default;
  virtual void run() noexcept = 0;
};

/// Names a timer for `cancel`. 0 names none.
using TimerId = std::uint64_t;

/// Runs tasks now or later, and knows how to wait without standing in their way.
class Executor {
 public:
  virtual ~Executor() = default;

  /// Runs the task once, never inside this call.
  virtual void post(std::shared_ptr<Task> task) = 0;

  /// Runs the task once, at `at` or soon after.
  virtual TimerId post_at(SteadyTime at, std::shared_ptr<Task> task) = 0;

  /// True if the task will not run; false if it ran, runs, or was never known.
  virtual bool cancel(TimerId timer) noexcept = 0;

  /// Whether other tasks wait for a thread: a long task should give way.
  virtual bool crowded() const noexcept = 0;

  /// Waits on `changed` until notified or until `deadline`; may wake early. False once the deadline
  /// has come. Call it in a loop that checks its condition. Called by a task, it keeps the other
  /// tasks running.
  virtual bool wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable& changed,
                          SteadyTime deadline) = 0;

  /// The same for a thread that sleeps until it is called. True if it was called.
  virtual bool park_until(Parking& parking, SteadyTime deadline) = 0;

  /// Whether this thread may wait for another task: not if it is the last one that could run it.
  virtual bool may_wait() const noexcept = 0;

  /// Takes no more tasks, discards those not begun, and waits for those that run. False if some
  /// still run at the deadline: their threads are left to themselves.
  virtual bool stop(SteadyTime deadline) = 0;
};

/// How a thread pool is made.
struct PoolOptions {
  unsigned threads = 0;        ///< 0: one a core, at least 2 and at most 8.
  unsigned max_threads = 256;  ///< Limit to which waiting and hung tasks make it grow.
  /// How long an idle thread looks before it sleeps; who parks after posting to a pool that is awake
  /// looks as long, but for 20 µs at most.
  std::chrono::nanoseconds spin{20'000};
  /// Tasks that wait so long while every thread is at work, as hung ones are, get one thread more; the
  /// next ones wait twice as long for it, then three times. 0: they wait.
  std::chrono::nanoseconds grow_after = std::chrono::milliseconds(10);
  /// How long a thread beyond `threads` stays idle.
  std::chrono::nanoseconds linger = std::chrono::seconds(5);
};

/// Threads that start when work comes, on the cores of the thread that made the pool, whoever posts. Idle
/// ones sleep and use no processor time.
std::shared_ptr<Executor> thread_pool(PoolOptions options = {},
                                      std::shared_ptr<Clock> clock = system_clock());

}  // namespace modcomm
