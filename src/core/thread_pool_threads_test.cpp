#include <array>
#include <atomic>
#include <barrier>
#include <functional>
#include <future>
#include <latch>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sched.h>

#include <modcomm/simulation.hpp>

#include "core/os_cores.hpp"

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

SteadyTime soon(std::chrono::nanoseconds delay = 20s) {
  return after(system_clock()->now().steady, delay);
}

/// A condition that tasks wait for by means of the executor.
class Gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  bool wait(Executor& executor, SteadyTime deadline) {
    std::unique_lock lock(mutex_);
    while (!open_ && executor.wait_until(lock, changed_, deadline)) {
    }
    return open_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

TEST(ThreadPoolThreads, runs_every_task_once_whoever_posts) {
  const auto pool = thread_pool({.threads = 3});
  std::atomic<int> ran = 0;
  {
    std::vector<std::jthread> posters;
    for (int poster = 0; poster < 4; ++poster) {
      posters.emplace_back([&] {
        for (int i = 0; i < 5'000; ++i) pool->post(job([&] { ++ran; }));
      });
    }
  }
  Gate all;
  pool->post(job([&] { all.open(); }));
  EXPECT_TRUE(all.wait(*pool, soon()));
  EXPECT_TRUE(pool->stop(soon()));
  EXPECT_LE(ran, 20'000);
  EXPECT_GE(ran, 20'000 - 3);  // begun before the last one, at most one a thread still under way
}

TEST(ThreadPoolThreads, two_tasks_posted_at_once_run_at_once) {
  for (const auto spin : {0us, 50us}) {
    const auto pool = thread_pool({.threads = 2, .spin = spin});
    for (int round = 0; round < 500; ++round) {
      const auto meeting =
          std::make_shared<std::barrier<>>(3);  // hangs if one waits for the end of the other
      for (int i = 0; i < 2; ++i) pool->post(job([meeting] { meeting->arrive_and_wait(); }));
      meeting->arrive_and_wait();
      if (round % 8 == 0) std::this_thread::sleep_for(1ms);  // so that threads sleep, too
    }
    EXPECT_TRUE(pool->stop(soon()));
  }
}

TEST(ThreadPoolThreads, run_on_the_cores_of_who_made_it_and_not_of_who_posts) {
  const auto here = detail::Cores::of_this_thread();
  const auto pool = thread_pool({.threads = 1});
  std::jthread poster([&] {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<unsigned>(::sched_getcpu()), &one);
    ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
    std::promise<bool> there;
    pool->post(job([&] { there.set_value(detail::Cores::of_this_thread() == here); }));
    EXPECT_TRUE(there.get_future().get());
  });
}

TEST(ThreadPoolThreads, grows_while_tasks_wait_and_says_when_it_may_not) {
  const auto pool = thread_pool({.threads = 1, .max_threads = 4});
  std::array<Gate, 4> gates;
  std::atomic<int> passed = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    pool->post(job([&, i] {
      passed += gates[i + 1].wait(*pool, soon());
      gates[i].open();
    }));
  }
  pool->post(job([&] { gates[3].open(); }));  // the fourth thread opens what the others wait for
  EXPECT_TRUE(gates[0].wait(*pool, soon()));
  EXPECT_TRUE(pool->stop(soon()));
  EXPECT_EQ(passed, 3);

  const auto small = thread_pool({.threads = 1, .max_threads = 1});
  Gate never_opened;
  std::latch gave_up(1);
  bool second_ran = false;
  small->post(job([&] {
    EXPECT_FALSE(never_opened.wait(*small, soon(5ms)));
    EXPECT_FALSE(second_ran);
    gave_up.count_down();
  }));
  small->post(job([&] { second_ran = true; }));
  gave_up.wait();
  EXPECT_TRUE(small->stop(soon()));
}

TEST(ThreadPoolThreads, tasks_behind_hung_ones_get_threads_of_their_own) {
  constexpr int hung = 5;
  const auto pool = thread_pool({.threads = 2, .grow_after = 1ms});
  std::latch begun(hung), release(1), after_them(20);
  for (int i = 0; i < hung; ++i) {
    pool->post(job([&] {
      begun.count_down();
      release.wait();
    }));
  }
  begun.wait();
  for (int i = 0; i < 20; ++i) pool->post(job([&] { after_them.count_down(); }));
  after_them.wait();
  release.count_down();
  EXPECT_TRUE(pool->stop(soon()));
}

TEST(ThreadPoolThreads, no_more_of_them_than_it_may_have) {
  const auto pool = thread_pool({.threads = 1, .max_threads = 3, .grow_after = 1ms});
  std::latch begun(3), release(1);
  std::atomic<int> running = 0, most = 0;
  for (int i = 0; i < 10; ++i) {
    pool->post(job([&, i] {
      most = std::max(most.load(), ++running);
      if (i < 3) begun.count_down();
      release.wait();
      --running;
    }));
  }
  begun.wait();
  std::latch looked(1);  // timers come in their order: those of many looks before this one
  pool->post_at(soon(30ms), job([&] { looked.count_down(); }));
  looked.wait();
  release.count_down();
  EXPECT_TRUE(pool->stop(soon()));
  EXPECT_EQ(most, 3);
}

TEST(ThreadPoolThreads, threads_beyond_its_size_leave_when_they_lingered) {
  const auto pool = thread_pool({.threads = 1, .max_threads = 8, .spin = 0ns, .linger = 1ms});
  std::mutex mutex;
  std::set<std::thread::id> alive;  // told by what each thread destroys at its end
  struct AtExit {
    std::function<void()> act;
    ~AtExit() {
      if (act) act();
    }
  };
  const auto check_in = [&] {
    static thread_local AtExit at_exit;
    const auto self = std::this_thread::get_id();
    const std::lock_guard lock(mutex);
    alive.insert(self);
    at_exit.act = [&, self] {
      const std::lock_guard leaving(mutex);
      alive.erase(self);
    };
  };
  std::array<Gate, 5> gates;
  for (std::size_t i = 0; i < 4; ++i) {
    pool->post(job([&, i] {
      check_in();
      EXPECT_TRUE(gates[i + 1].wait(*pool, soon()));
      gates[i].open();
    }));
  }
  pool->post(job([&] {
    check_in();
    gates[4].open();
  }));
  EXPECT_TRUE(gates[0].wait(*pool, soon()));
  const auto threads = [&] {
    const std::lock_guard lock(mutex);
    return alive.size();
  };
  for (const SteadyTime end = soon(); threads() > 1 && system_clock()->now().steady < end;) {
    std::this_thread::sleep_for(1ms);
  }
  EXPECT_LE(threads(), 1U);
  EXPECT_TRUE(pool->stop(soon()));
}

TEST(ThreadPoolThreads, timers_come_at_their_times_and_those_cancelled_never) {
  const auto clock = std::make_shared<ManualClock>();
  const auto pool = thread_pool({.threads = 1}, clock);
  const SteadyTime start = clock->now().steady;
  std::vector<int> order;
  std::array fired{std::latch(1), std::latch(1), std::latch(1), std::latch(1)};
  for (const int second : {3, 1, 4, 2}) {
    pool->post_at(start + std::chrono::seconds(second), job([&, second] {
                    order.push_back(second);
                    fired.at(static_cast<std::size_t>(second - 1)).count_down();
                  }));
  }
  const TimerId cancelled = pool->post_at(start + 1s, job([&] { order.push_back(9); }));
  EXPECT_TRUE(pool->cancel(cancelled));
  for (std::latch& next : fired) {
    clock->advance(1s);
    next.wait();
  }
  EXPECT_TRUE(pool->stop(never));
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3, 4}));
}

TEST(ThreadPoolThreads, a_new_earlier_timer_is_not_slept_over) {
  const auto pool = thread_pool({.threads = 2, .spin = 0ns});
  pool->post_at(soon(1h), job([] {}));
  std::this_thread::sleep_for(5ms);  // somebody sleeps until then
  Gate early;
  pool->post_at(soon(1ms), job([&] { early.open(); }));
  EXPECT_TRUE(early.wait(*pool, soon()));
  EXPECT_TRUE(pool->stop(soon()));
}

TEST(ThreadPoolThreads, timers_run_while_every_thread_waits_in_a_task) {
  const auto pool = thread_pool({.threads = 1});
  Gate timer_ran;
  std::latch done(1);
  pool->post(job([&] {
    pool->post_at(soon(1ms), job([&] { timer_ran.open(); }));
    EXPECT_TRUE(timer_ran.wait(*pool, soon()));
    done.count_down();
  }));
  done.wait();
  EXPECT_TRUE(pool->stop(soon()));
}

TEST(ThreadPoolThreads, timers_run_while_every_thread_hangs_in_a_task) {
  for (const bool timer_first : {false, true}) {
    std::latch hang(1);
    std::latch running(2);
    const auto pool = thread_pool({.threads = 2});
    const auto set_timer = [&] { pool->post_at(soon(10ms), job([&] { hang.count_down(); })); };
    if (timer_first) set_timer();
    for (int thread = 0; thread < 2; ++thread) {
      pool->post(job([&] {
        running.count_down();
        hang.wait();
      }));
    }
    if (!timer_first) {
      running.wait();
      set_timer();
    }
    hang.wait();
    EXPECT_TRUE(pool->stop(soon()));
  }
}

TEST(ThreadPoolThreads, stop_leaves_a_hung_task_to_itself_and_lets_a_task_stop_its_own_pool) {
  std::latch running(1);
  std::latch release(1);
  std::latch finished(1);
  {
    const auto pool = thread_pool({.threads = 2});
    pool->post(job([&] {
      running.count_down();
      release.wait();
      finished.count_down();
    }));
    running.wait();
    EXPECT_FALSE(pool->stop(soon(1ms)));
    EXPECT_FALSE(pool->stop(soon(1ms)));
  }
  release.count_down();
  finished.wait();

  auto pool = thread_pool({.threads = 2});
  std::latch stopped(1);
  pool->post(job([&] {
    EXPECT_TRUE(pool->stop(soon()));
    pool.reset();
    stopped.count_down();
  }));
  stopped.wait();
}

}  // namespace
}  // namespace modcomm
