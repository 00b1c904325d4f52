#include <algorithm>
#include <list>
#include <stdexcept>
#include <vector>

#include <modcomm/simulation.hpp>

#include "core/os_parking.hpp"
#include "core/random.hpp"
#include "core/timer_queue.hpp"

namespace modcomm {

using std::chrono::nanoseconds;
using Lock = std::unique_lock<std::mutex>;

struct ManualClock::Inside {
  struct Waiter {
    std::mutex& mutex;
    std::condition_variable& changed;
    SteadyTime deadline;
    bool being_woken = false;
  };
  struct Sleeper {
    Parking& parking;
    SteadyTime deadline;
    bool due = false;
  };

  std::mutex mutex;
  std::condition_variable woken;
  Moment now{};
  std::list<Waiter> waiters;
  std::list<Sleeper> sleepers;

  void call_due_sleepers() {
    for (Sleeper& sleeper : sleepers) {
      if (sleeper.deadline > now.steady) continue;
      sleeper.due = true;
      sleeper.parking.call();
    }
  }

  Waiter* next_due() {
    const auto due = std::ranges::find_if(
        waiters, [&](const Waiter& waiter) { return waiter.deadline <= now.steady; });
    return due == waiters.end() ? nullptr : &*due;
  }
};

ManualClock::ManualClock(WallTime start) : inside_(std::make_unique<Inside>()) {
  inside_->now = {SteadyTime(std::chrono::seconds(1)), start};
}

ManualClock::~ManualClock() = default;

Moment ManualClock::now() noexcept {
  const Lock lock(inside_->mutex);
  return inside_->now;
}

bool ManualClock::wait_until(Lock& lock, std::condition_variable& changed, SteadyTime deadline) {
  Lock own(inside_->mutex);
  if (inside_->now.steady >= deadline) return false;
  auto self = inside_->waiters.insert(
      inside_->waiters.end(), {.mutex = *lock.mutex(), .changed = changed, .deadline = deadline});
  own.unlock();
  changed.wait(lock);
  lock.unlock();  // advance() may want it to finish waking this waiter
  own.lock();
  inside_->woken.wait(own, [&] { return !self->being_woken; });
  inside_->waiters.erase(self);
  const bool early = inside_->now.steady < deadline;
  own.unlock();
  lock.lock();
  return early;
}

bool ManualClock::park_until(Parking& parking, SteadyTime deadline) {
  Lock own(inside_->mutex);
  if (inside_->now.steady >= deadline) return parking.take_call();
  const auto self =
      inside_->sleepers.insert(inside_->sleepers.end(), {.parking = parking, .deadline = deadline});
  own.unlock();
  detail::park(parking, never);
  own.lock();
  const bool called = !self->due;
  inside_->sleepers.erase(self);
  return called;
}

void ManualClock::advance(nanoseconds by) {
  Lock own(inside_->mutex);
  inside_->now.steady += by;
  inside_->now.wall += by;
  inside_->call_due_sleepers();
  while (Inside::Waiter* waiter = inside_->next_due()) {
    waiter->being_woken = true;
    waiter->deadline = never;  // woken once
    own.unlock();
    {
      const Lock theirs(waiter->mutex);  // it is in wait(), or has left it
      waiter->changed.notify_all();
    }
    own.lock();
    waiter->being_woken = false;
    inside_->woken.notify_all();
  }
}

void ManualClock::jump_wall(nanoseconds by) {
  const Lock own(inside_->mutex);
  inside_->now.wall += by;
}

struct SeededExecutor::Inside {
  Inside(std::shared_ptr<ManualClock> manual, std::uint64_t seed)
      : clock(std::move(manual)), random(seed) {}

  std::shared_ptr<ManualClock> clock;
  detail::Random random;
  std::vector<std::shared_ptr<Task>> ready;
  detail::TimerQueue timers;
  bool stopped = false;

  void pass(SeededExecutor& executor, SteadyTime deadline);

  void collect_due() {
    while (auto due = timers.take_due(clock->now().steady)) ready.push_back(std::move(due));
  }

  std::shared_ptr<Task> draw() {
    collect_due();
    if (ready.empty()) return nullptr;
    std::swap(ready[random.below(ready.size())], ready.back());
    std::shared_ptr<Task> task = std::move(ready.back());
    ready.pop_back();
    return task;
  }
};

SeededExecutor::SeededExecutor(std::shared_ptr<ManualClock> clock, std::uint64_t seed)
    : inside_(std::make_unique<Inside>(std::move(clock), seed)) {}

SeededExecutor::~SeededExecutor() = default;

void SeededExecutor::post(std::shared_ptr<Task> task) {
  if (!inside_->stopped) inside_->ready.push_back(std::move(task));
}

TimerId SeededExecutor::post_at(SteadyTime at, std::shared_ptr<Task> task) {
  return inside_->stopped ? 0 : inside_->timers.add(at, std::move(task));
}

bool SeededExecutor::cancel(TimerId timer) noexcept { return inside_->timers.cancel(timer); }

bool SeededExecutor::run_one() {
  const std::shared_ptr<Task> task = inside_->draw();
  if (task) task->run();
  return task != nullptr;
}

std::size_t SeededExecutor::run_until_idle() {
  std::size_t ran = 0;
  while (run_one()) ++ran;
  return ran;
}

/// Runs a task that is ready, or lets the time pass until one is or the deadline comes.
void SeededExecutor::Inside::pass(SeededExecutor& executor, SteadyTime deadline) {
  if (executor.run_one()) return;
  const SteadyTime next = std::min(deadline, timers.next());
  if (next == never) {
    throw std::logic_error("SeededExecutor: waits, but no task is ready and no timer is set");
  }
  clock->advance(next - clock->now().steady);
}

bool SeededExecutor::wait_until(Lock& lock, std::condition_variable&, SteadyTime deadline) {
  if (inside_->clock->now().steady >= deadline) return false;
  lock.unlock();
  try {
    inside_->pass(*this, deadline);
  } catch (...) {
    lock.lock();
    throw;
  }
  lock.lock();
  return inside_->clock->now().steady < deadline;
}

bool SeededExecutor::park_until(Parking& parking, SteadyTime deadline) {
  while (!parking.take_call()) {
    if (inside_->clock->now().steady >= deadline) return false;
    inside_->pass(*this, deadline);
  }
  return true;
}

bool SeededExecutor::stop(SteadyTime) {
  inside_->stopped = true;
  const auto discarded = std::exchange(inside_->ready, {});
  const auto discarded_timers = std::exchange(inside_->timers, {});
  return true;
}

}  // namespace modcomm
