#include <memory>

#include <benchmark/benchmark.h>

#include "api/breaker.hpp"
#include "api/bulkhead.hpp"
#include "api/rate_limit.hpp"
#include "api/retry_budget.hpp"

namespace {

using modcomm::SteadyTime;
using modcomm::detail::Breaker;
using modcomm::detail::Bulkhead;
using modcomm::detail::RateLimit;
using modcomm::detail::RetryBudget;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr int most_threads = 8;

void breaker_closed_success(benchmark::State& state) {
  static Breaker breaker({.slow_call = seconds(1)}, 1, SteadyTime{});
  const SteadyTime now{seconds(1)};
  for (auto _ : state) {
    const auto admission = breaker.admit(now, modcomm::never);
    benchmark::DoNotOptimize(breaker.record(admission.permit, {.took = nanoseconds(100)}, now));
  }
}
BENCHMARK(breaker_closed_success)->ThreadRange(1, most_threads)->UseRealTime();

void breaker_open_refusal(benchmark::State& state) {
  static Breaker breaker({}, 1, SteadyTime{});
  breaker.force_open(SteadyTime{});
  for (auto _ : state) benchmark::DoNotOptimize(breaker.admit(SteadyTime{}, modcomm::never));
}
BENCHMARK(breaker_open_refusal);

void breaker_closed_failure(benchmark::State& state) {
  Breaker breaker({.consecutive_failures = 0, .failure_rate = 0}, 1, SteadyTime{});
  for (auto _ : state) {
    const auto admission = breaker.admit(SteadyTime{}, modcomm::never);
    benchmark::DoNotOptimize(breaker.record(
        admission.permit, {.outcome = modcomm::detail::Outcome::failure}, SteadyTime{}));
  }
}
BENCHMARK(breaker_closed_failure);

void retry_budget_success(benchmark::State& state) {
  RetryBudget budget;
  for (auto _ : state) budget.succeeded();
}
BENCHMARK(retry_budget_success);

void rate_limit_admit(benchmark::State& state) {
  RateLimit limit({.per_second = 1e6});
  SteadyTime now{};
  for (auto _ : state) benchmark::DoNotOptimize(limit.refuse(now += nanoseconds(2'000)));
}
BENCHMARK(rate_limit_admit);

void bulkhead_enter_leave(benchmark::State& state) {
  Bulkhead<std::shared_ptr<int>> bulkhead({.max_concurrent = 4, .max_queued = 4});
  for (auto _ : state) {
    benchmark::DoNotOptimize(bulkhead.enter(SteadyTime{}, modcomm::never, nullptr));
    benchmark::DoNotOptimize(bulkhead.leave(SteadyTime{}));
  }
}
BENCHMARK(bulkhead_enter_leave);

}  // namespace
