#include <algorithm>
#include <atomic>
#include <list>
#include <thread>
#include <vector>

#include <modcomm/executor.hpp>

#include "core/handoff.hpp"
#include "core/os_cores.hpp"
#include "core/relax.hpp"
#include "core/ring.hpp"
#include "core/spinning_lock.hpp"
#include "core/timer_queue.hpp"

namespace modcomm {
namespace {

using Lock = std::unique_lock<std::mutex>;
using std::chrono::nanoseconds;

unsigned default_threads() { return std::clamp(std::thread::hardware_concurrency(), 2U, 8U); }

/// What threads and pool share; it outlives the pool when a task hangs.
class Crew : public std::enable_shared_from_this<Crew> {
 public:
  Crew(PoolOptions options, std::shared_ptr<Clock> clock)
      : options_(options), clock_(std::move(clock)) {
    if (options_.threads == 0) options_.threads = default_threads();
    options_.max_threads = std::max(options_.max_threads, options_.threads);
  }

  void post(std::shared_ptr<Task> task) {
    if (handoff_.offer(task)) return set_met_awake(true);
    Lock lock = detail::lock_spinning(mutex_);
    if (stopped_) return lock.unlock();  // the task dies outside the lock
    queue_.push_back(std::move(task));
    pending_.store(queue_.size(), std::memory_order_relaxed);
    const bool wakes = !idle_.empty() || may_start_thread();
    set_met_awake(!wakes);
    wakes ? static_cast<void>(call_thread(lock)) : watch_for_stall(lock);
  }

  TimerId post_at(SteadyTime at, std::shared_ptr<Task> task) {
    Lock lock(mutex_);
    if (stopped_) return 0;
    return add_timer(lock, at, std::move(task));
  }

  /// Either no task was begun since the watch was set up, and then one thread more is needed, or there may be
  /// none to begin.
  void end_watch() {
    Lock lock(mutex_);
    watches_ = false;
    if (stopped_ || queue_.empty()) return;
    // A worker that has come to this begins the next task itself.
    const bool stalled = !works_here() && begun_ == begun_before_watch_ && idle_.empty();
    if (stalled && threads_running_ < options_.max_threads) start_thread();
    watch_for_stall(lock);
  }

 private:
  TimerId add_timer(Lock& lock, SteadyTime at, std::shared_ptr<Task> task) {
    const bool first = at < timers_.next();
    const TimerId id = timers_.add(at, std::move(task));
    if (timekeeper_ != nullptr) {
      if (at < kept_until_) timekeeper_->parking.call();
    } else if (first && !call_thread(lock)) {
      call_keeper();
    }
    return id;
  }

  /// All threads are at work, and a task waits.
  void watch_for_stall(Lock& lock) {
    if (watches_ || options_.grow_after == nanoseconds(0)) return;
    watches_ = true;
    begun_before_watch_ = begun_;
    const unsigned active = threads_running_ - waiting_;
    const unsigned beyond = active > options_.threads ? active - options_.threads : 0;
    const SteadyTime at = after(clock_->now().steady, options_.grow_after * (1 + beyond));
    add_timer(lock, at, std::make_shared<StallCheck>(weak_from_this()));
  }

 public:
  bool cancel(TimerId timer) noexcept {
    const Lock lock(mutex_);
    return timers_.cancel(timer);
  }

  bool crowded() const noexcept {
    return pending_.load(std::memory_order_relaxed) > 0 || handoff_.full();
  }

  bool wait_until(Lock& lock, std::condition_variable& changed, SteadyTime deadline) {
    if (!works_here()) return clock_->wait_until(lock, changed, deadline);
    begin_wait();
    const bool early = clock_->wait_until(lock, changed, deadline);
    end_wait();
    return early;
  }

  bool park_until(Parking& parking, SteadyTime deadline) {
    if (!works_here()) {
      if (met_awake_.load(std::memory_order_relaxed)) look_for_call(parking);
      return clock_->park_until(parking, deadline);
    }
    begin_wait();
    const bool called = clock_->park_until(parking, deadline);
    end_wait();
    return called;
  }

  bool may_wait() const noexcept {
    if (!works_here()) return true;
    const Lock lock(mutex_);
    return threads_running_ - waiting_ > 1 || threads_running_ < options_.max_threads;
  }

  bool stop(SteadyTime deadline) {
    Lock lock(mutex_);
    stopped_ = true;
    const std::shared_ptr<Task> handed = handoff_.close();
    const Ring<std::shared_ptr<Task>> discarded = std::exchange(queue_, {});
    const TimerQueue discarded_timers = std::exchange(timers_, {});
    pending_.store(0, std::memory_order_relaxed);
    for (const auto& member : idle_) member->parking.call();
    idle_.clear();
    if (keeper_) keeper_->parking.call();
    const unsigned self = current_crew == this ? 1 : 0;
    while (alive() > self && clock_->wait_until(lock, gone_, deadline)) {
    }
    const bool all = alive() <= self;
    bury_dead();
    for (const auto& member : members_) member->thread.detach();  // hung, or the caller itself
    members_.clear();
    lock.unlock();  // before what was discarded dies
    return all;
  }

  bool stopped() const {
    const Lock lock(mutex_);
    return stopped_;
  }

 private:
  class StallCheck final : public Task {
   public:
    explicit StallCheck(std::weak_ptr<Crew> crew) : crew_(std::move(crew)) {}
    void run() noexcept override {
      if (const auto crew = crew_.lock()) crew->end_watch();
    }

   private:
    const std::weak_ptr<Crew> crew_;
  };
  template <class T>
  using Ring = detail::Ring<T>;
  using TimerQueue = detail::TimerQueue;

  /// A thread of the crew; shared with it, since it may outlive its place in the list.
  struct Member {
    std::thread thread;
    Parking parking;
    bool gone = false;
  };

  /// The thread that keeps the time is nobody's worker: that it waits makes no room for another.
  bool works_here() const noexcept { return current_crew == this && !keeps_time_only; }
  unsigned alive() const noexcept {
    return threads_running_ + (keeper_ && !keeper_->gone ? 1U : 0U);
  }

  void begin_wait() {
    Lock own(mutex_);
    ++waiting_;
    const bool time_unkept = timers_.next() != never && timekeeper_ == nullptr;
    if (!queue_.empty() || time_unkept) call_thread(own);
  }

  void end_wait() {
    const Lock own(mutex_);
    --waiting_;
    tell_surplus();
  }

  /// Wakes the thread that fell asleep last, or starts one if too few can work. False if all of them
  /// are at work; true leaves the lock in either state.
  bool call_thread(Lock& lock) {
    if (!idle_.empty()) {
      const std::shared_ptr<Member> called = std::move(idle_.back());
      idle_.pop_back();
      lock.unlock();
      called->parking.call();
      return true;
    }
    if (!may_start_thread()) return false;
    start_thread();
    return true;
  }

  bool may_start_thread() const noexcept {
    return threads_running_ - waiting_ < options_.threads &&
           threads_running_ < options_.max_threads;
  }

  void start_thread() {
    bury_dead();
    const auto& member = members_.emplace_back(std::make_shared<Member>());
    try {
      member->thread = std::thread([self = shared_from_this(), member] { self->work(member); });
    } catch (...) {
      members_.pop_back();
      if (threads_running_ == 0) throw;
      return;
    }
    ++threads_running_;
  }

  /// Where every thread may be at work for as long as it likes, one more does nothing but keep the
  /// time: a deadline must come even if all handlers hang.
  void call_keeper() {
    kept_until_ = SteadyTime::min();  // until it has looked
    if (keeper_) {
      timekeeper_ = keeper_.get();
      return keeper_->parking.call();
    }
    const auto& member = members_.emplace_back(std::make_shared<Member>());
    try {
      member->thread =
          std::thread([self = shared_from_this(), member] { self->keep_time(member); });
    } catch (...) {
      return members_.pop_back();  // then a worker looks when it has done its task
    }
    keeper_ = member;
    timekeeper_ = keeper_.get();
  }

  void keep_time(const std::shared_ptr<Member>& self) {
    cores_.take();
    current_crew = this;
    keeps_time_only = true;
    Lock lock(mutex_);
    while (!stopped_) {
      if (std::shared_ptr<Task> due = timers_.take_due(clock_->now().steady)) {
        if (timekeeper_ == self.get()) pass_on_the_time();
        lock.unlock();
        due->run();
        due.reset();
        lock.lock();
        if (timekeeper_ == nullptr) timekeeper_ = self.get();
      } else {
        const SteadyTime next = timekeeper_ == self.get() ? timers_.next() : never;
        if (timekeeper_ == self.get()) kept_until_ = next;
        lock.unlock();
        clock_->park_until(self->parking, next);
        lock.lock();
      }
    }
    self->gone = true;
    gone_.notify_all();
  }

  /// Before a thread goes to work: somebody else must keep the time.
  void leave_the_time() {
    if (timers_.next() == never || timekeeper_ != nullptr) return;
    if (idle_.empty()) return call_keeper();
    pass_on_the_time();
  }

  void bury_dead() {
    members_.remove_if([](const std::shared_ptr<Member>& member) {
      if (member->gone) member->thread.join();
      return member->gone;
    });
  }

  void work(const std::shared_ptr<Member>& self) {
    cores_.take();
    current_crew = this;
    Lock lock(mutex_);
    while (std::shared_ptr<Task> task = next_task(lock, self)) {
      if (lock) lock.unlock();
      task->run();
      task.reset();
      lock = detail::lock_spinning(mutex_);
    }
    self->gone = true;
    --threads_running_;
    gone_.notify_all();
    tell_surplus();
  }

  bool has_surplus() const noexcept { return threads_running_ - waiting_ > options_.threads; }

  /// A thread that sleeps may be one too many now: it looks again, and lingers.
  void tell_surplus() {
    if (!has_surplus() || idle_.empty()) return;
    idle_.front()->parking.call();
    idle_.erase(idle_.begin());
  }

  /// Null when the thread shall leave; a task that was handed over comes without the lock.
  std::shared_ptr<Task> next_task(Lock& lock, const std::shared_ptr<Member>& self) {
    bool may_spin = true;
    while (!stopped_) {
      if (timers_.next() != never) {
        if (auto due = timers_.take_due(clock_->now().steady)) {
          leave_the_time();
          return due;
        }
      }
      if (auto queued = pop()) {
        leave_the_time();
        return queued;
      }
      if (may_spin && options_.spin > nanoseconds(0) && handoff_.open()) {
        if (auto handed = look_for_task(lock)) return handed;
        may_spin = false;
      } else if (!sleep(lock, self)) {
        return nullptr;
      }
    }
    return nullptr;
  }

  /// The task that was posted first, or null.
  std::shared_ptr<Task> pop() {
    if (auto handed = handoff_.take()) return handed;
    if (queue_.empty()) return nullptr;
    ++begun_;
    auto first = queue_.pop_front();
    pending_.store(queue_.size(), std::memory_order_relaxed);
    return first;
  }

  /// A task that a thread takes up at once may be over in less time than it takes to fall asleep and
  /// wake up.
  void look_for_call(Parking& parking) const {
    const auto end = std::chrono::steady_clock::now() + std::min(options_.spin, longest_look);
    do {
      for (int i = 0; i < looks_between_clock_reads; ++i) {
        if (parking.word().load(std::memory_order_acquire) == Parking::called) return;
        detail::relax();
      }
      std::this_thread::yield();  // the thread that shall call may need this core
    } while (std::chrono::steady_clock::now() < end);
  }

  /// A task that comes while this thread looks, without the lock; null, with the lock, if none does.
  std::shared_ptr<Task> look_for_task(Lock& lock) {
    const bool keeps_time = timekeeper_ == nullptr && timers_.next() != never;
    lock.unlock();
    std::shared_ptr<Task> task = handoff_.wait(options_.spin);
    if (!task || keeps_time) lock = detail::lock_spinning(mutex_);
    if (task && keeps_time) leave_the_time();
    return task;
  }

  /// False if this thread is one too many and has been idle long enough.
  bool sleep(Lock& lock, const std::shared_ptr<Member>& self) {
    const bool surplus = has_surplus();
    const bool keeps_time = timekeeper_ == nullptr && timers_.next() != never;
    SteadyTime deadline = keeps_time ? timers_.next() : never;
    if (surplus) deadline = std::min(deadline, after(clock_->now().steady, options_.linger));
    if (keeps_time) {
      timekeeper_ = self.get();
      kept_until_ = timers_.next();
    }
    idle_.push_back(self);
    lock.unlock();
    const bool called = clock_->park_until(self->parking, deadline);
    lock.lock();
    std::erase(idle_, self);
    if (keeps_time) pass_on_the_time();
    const bool time_unkept = timers_.next() != never && timekeeper_ == nullptr;
    return called || !surplus || !has_surplus() || !queue_.empty() || time_unkept;
  }

  /// Another one keeps the time while this one works.
  void pass_on_the_time() {
    timekeeper_ = nullptr;
    if (timers_.next() == never || idle_.empty()) return;
    idle_.back()->parking.call();
    idle_.pop_back();
  }

  /// Written seldom: all who wait for their tasks read it.
  void set_met_awake(bool awake) {
    if (met_awake_.load(std::memory_order_relaxed) == awake) return;
    met_awake_.store(awake, std::memory_order_relaxed);
  }

  static thread_local const Crew* current_crew;
  static thread_local bool keeps_time_only;
  static constexpr int looks_between_clock_reads = 64;
  static constexpr nanoseconds longest_look{20'000};

  // Who looks must not take the line from whoever works under the lock.
  static constexpr std::size_t cache_line = 64;

  PoolOptions options_;
  const std::shared_ptr<Clock> clock_;
  /// Of who made the pool: who happens to need one thread more may be bound to a core of its own.
  const detail::Cores cores_ = detail::Cores::of_this_thread();
  std::atomic<bool> met_awake_ = false;  // the last task waits for no thread to wake up
  detail::Handoff handoff_;
  alignas(cache_line) std::atomic<std::size_t> pending_ = 0;  // queued, for looks without the lock
  alignas(cache_line) mutable std::mutex mutex_;
  std::condition_variable gone_;

  // guarded by mutex_
  Ring<std::shared_ptr<Task>> queue_;
  TimerQueue timers_;
  std::list<std::shared_ptr<Member>> members_;
  unsigned threads_running_ = 0;
  std::vector<std::shared_ptr<Member>> idle_;  // asleep and not called, the last one at the back
  Member* timekeeper_ = nullptr;               // asleep until the first timer
  SteadyTime kept_until_ = never;              // the timekeeper sleeps so long unless it is called
  std::shared_ptr<Member> keeper_;             // does nothing else; null until it is needed
  unsigned waiting_ = 0;
  std::uint64_t begun_ = 0;  // of the queue
  std::uint64_t begun_before_watch_ = 0;
  bool watches_ = false;
  bool stopped_ = false;
};

thread_local const Crew* Crew::current_crew = nullptr;
thread_local bool Crew::keeps_time_only = false;

class ThreadPool final : public Executor {
 public:
  ThreadPool(PoolOptions options, std::shared_ptr<Clock> clock)
      : crew_(std::make_shared<Crew>(options, std::move(clock))) {}
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  ~ThreadPool() override {
    if (!crew_->stopped()) crew_->stop(never);
  }

  void post(std::shared_ptr<Task> task) override { crew_->post(std::move(task)); }
  TimerId post_at(SteadyTime at, std::shared_ptr<Task> task) override {
    return crew_->post_at(at, std::move(task));
  }
  bool cancel(TimerId timer) noexcept override { return crew_->cancel(timer); }
  bool crowded() const noexcept override { return crew_->crowded(); }
  bool wait_until(Lock& lock, std::condition_variable& changed, SteadyTime deadline) override {
    return crew_->wait_until(lock, changed, deadline);
  }
  bool park_until(Parking& parking, SteadyTime deadline) override {
    return crew_->park_until(parking, deadline);
  }
  bool may_wait() const noexcept override { return crew_->may_wait(); }
  bool stop(SteadyTime deadline) override { return crew_->stop(deadline); }

 private:
  std::shared_ptr<Crew> crew_;
};

}  // namespace

std::shared_ptr<Executor> thread_pool(PoolOptions options, std::shared_ptr<Clock> clock) {
  return std::make_shared<ThreadPool>(options, std::move(clock));
}

}  // namespace modcomm
