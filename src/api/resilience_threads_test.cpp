#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "api/breaker.hpp"
#include "api/bulkhead.hpp"
#include "api/rate_limit.hpp"
#include "api/retry_budget.hpp"
#include "core/random.hpp"

namespace modcomm::detail {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr int threads = 4;
constexpr int calls_each = 20'000;

template <class Work>
void on_all_threads(Work work) {
  std::vector<std::jthread> all;
  for (int thread = 0; thread < threads; ++thread) {
    all.emplace_back([&, thread] { work(thread); });
  }
}

/// Time that moves only when somebody moves it.
class SharedTime {
 public:
  SteadyTime now() const { return SteadyTime(nanoseconds(now_.load())); }
  void advance(nanoseconds by) { now_.fetch_add(by.count()); }

 private:
  std::atomic<std::int64_t> now_{0};
};

TEST(ResilienceThreads, every_admitted_call_ends_in_exactly_one_count) {
  SharedTime time;
  Breaker breaker({.open_for = milliseconds(5), .max_open = milliseconds(50)}, 1, time.now());
  std::atomic<std::uint64_t> admitted{0};
  std::atomic<std::uint64_t> rejected{0};
  std::atomic<std::uint64_t> changes{0};
  on_all_threads([&](int thread) {
    Random random(static_cast<std::uint64_t>(thread));
    const Error error(Code::unavailable, reason::link_down, "no route");
    for (int call = 0; call < calls_each; ++call) {
      time.advance(nanoseconds(random.below(100'000)));
      const Admission admission = breaker.admit(time.now(), time.now() + milliseconds(2));
      changes += admission.changes.size();
      if (!admission.granted) {
        ++rejected;
        continue;
      }
      ++admitted;
      const bool bad_times = call / 1'000 % 2 == 1;
      const auto outcome = random.below(10) == 0              ? Outcome::ignored
                           : bad_times && random.below(4) > 0 ? Outcome::failure
                                                              : Outcome::success;
      changes +=
          breaker.record(admission.permit, {outcome, milliseconds(1), &error}, time.now()).size();
      if (call % 500 == 0) breaker.info({.steady = time.now()});
    }
  });
  const BreakerInfo info = breaker.info({.steady = time.now()});
  const BreakerCounts& counts = info.counts;
  EXPECT_EQ(counts.succeeded + counts.failed + counts.ignored + counts.late, admitted.load());
  EXPECT_EQ(counts.rejected, rejected.load());
  EXPECT_EQ(info.generation, changes.load() + 1) << "every change was told once";
  EXPECT_GT(counts.trips, 0);
}

TEST(ResilienceThreads, never_more_trials_than_places) {
  SharedTime time;
  Breaker breaker({.jitter = 0, .trial_calls = 3}, 1, time.now());
  const auto fail_five = [&] {
    for (int i = 0; i < 5; ++i) {
      const Admission admission = breaker.admit(time.now(), never);
      breaker.record(admission.permit, {.outcome = Outcome::failure}, time.now());
    }
  };
  for (int round = 0; round < 300; ++round) {
    fail_five();
    time.advance(seconds(60));  // so that it may be half open, at one instant
    std::atomic<int> trials{0};
    std::atomic<std::uint64_t> generation{0};
    on_all_threads([&](int) {
      for (int i = 0; i < 5; ++i) {
        const Admission admission = breaker.admit(time.now(), never);
        if (!admission.granted) continue;
        EXPECT_NE(admission.permit.trial, 0U);
        generation = admission.permit.generation;
        ++trials;
      }
    });
    ASSERT_EQ(trials.load(), 3);
    breaker.record({generation, 1}, {}, time.now());
    breaker.record({generation, 2}, {}, time.now());
    ASSERT_EQ(breaker.state(), BreakerState::closed);
  }
}

TEST(ResilienceThreads, forcing_and_resetting_lose_no_call) {
  Breaker breaker({}, 1, SteadyTime{});
  std::atomic<std::uint64_t> admitted{0};
  std::atomic<int> running{threads - 1};
  on_all_threads([&](int thread) {
    const SteadyTime now{};
    if (thread == 0) {
      while (running.load() > 0) {
        breaker.force_open(now);
        breaker.release(now);
        breaker.reset(now);
        breaker.configure({.consecutive_failures = 3}, now);
        breaker.force_closed(now);
        breaker.release(now);
      }
      return;
    }
    for (int call = 0; call < calls_each; ++call) {
      const Admission admission = breaker.admit(now, never);
      if (!admission.granted) continue;
      ++admitted;
      breaker.record(admission.permit,
                     {.outcome = call % 3 == 0 ? Outcome::failure : Outcome::success}, now);
    }
    --running;
  });
  const BreakerCounts counts = breaker.info({}).counts;
  EXPECT_EQ(counts.succeeded + counts.failed + counts.late, admitted.load());
}

TEST(ResilienceThreads, a_bulkhead_never_runs_more_than_it_may_and_loses_nobody) {
  constexpr int places = 2;
  using Waiter = std::shared_ptr<std::atomic<int>>;  // how often it was let in
  Bulkhead<Waiter> bulkhead({.max_concurrent = places, .max_queued = 2});
  std::atomic<int> inside{0};
  std::atomic<std::uint64_t> ran{0};
  std::atomic<std::uint64_t> cancelled{0};
  std::atomic<std::uint64_t> refused{0};
  const auto run = [&](const Waiter& waiter) {
    EXPECT_EQ(waiter->fetch_add(1), 0);
    EXPECT_LE(inside.fetch_add(1), places - 1);
    if (++ran % 16 == 0) std::this_thread::yield();  // so that others come to wait
    inside.fetch_sub(1);
  };
  const auto run_and_hand_over = [&](Waiter waiter) {
    for (std::optional<Waiter> next = std::move(waiter); next;) {
      run(*next);
      next = bulkhead.leave(SteadyTime{}).next;
    }
  };
  on_all_threads([&](int thread) {
    Random random(static_cast<std::uint64_t>(thread));
    for (int call = 0; call < calls_each; ++call) {
      auto waiter = std::make_shared<std::atomic<int>>(0);
      const auto entered = bulkhead.enter(SteadyTime{}, never, Waiter(waiter));
      if (entered.entry == Entry::run) run_and_hand_over(waiter);
      if (entered.entry == Entry::refused) ++refused;
      if (entered.entry != Entry::queued) continue;
      if (random.below(2) == 0 && bulkhead.cancel(entered.ticket)) ++cancelled;
    }
  });
  EXPECT_EQ(ran + cancelled + refused, std::uint64_t{threads} * calls_each);
  const BulkheadInfo info = bulkhead.info();
  EXPECT_EQ(info.running, 0);
  EXPECT_EQ(info.queued, 0);
  EXPECT_EQ(info.refused, refused.load());
}

TEST(ResilienceThreads, a_rate_limit_admits_exactly_what_it_allows) {
  SharedTime time;
  RateLimit limit({.per_second = 1'000, .burst = 10});
  std::atomic<std::int64_t> admitted{0};
  on_all_threads([&](int) {
    for (int call = 0; call < calls_each; ++call) {
      if (call % 10 == 0) time.advance(milliseconds(1));
      if (!limit.refuse(time.now())) ++admitted;
    }
  });
  const std::int64_t allowed = 10 + time.now().time_since_epoch() / milliseconds(1);
  EXPECT_LE(admitted.load(), allowed);
  EXPECT_GE(admitted.load(), allowed - 10) << "ten calls a millisecond leave at most a burst";
}

TEST(ResilienceThreads, a_retry_budget_loses_no_token) {
  RetryBudget budget({.tokens = 1'000'000, .per_success = 0.5});
  on_all_threads([&](int) {
    for (int call = 0; call < calls_each; ++call) {
      budget.failed();
      if (call % 2 == 0) budget.succeeded();
      EXPECT_TRUE(budget.allows());
    }
  });
  // A success finds at least the failure before it still missing, so that none is wasted.
  EXPECT_EQ(budget.info().tokens, 1'000'000 - threads * calls_each * 0.75);
}

}  // namespace
}  // namespace modcomm::detail
