#include <benchmark/benchmark.h>

#include "observe/counter.hpp"
#include "observe/histogram.hpp"
#include "observe/sampling.hpp"

namespace {

using modcomm::Counter;
using modcomm::HistogramRecorder;
using modcomm::Sampler;
using std::chrono::nanoseconds;

void histogram_record(benchmark::State& state) {
  HistogramRecorder recorder;
  std::int64_t ns = 1;
  for (auto _ : state) {
    recorder.record(nanoseconds{ns});
    ns = (ns * 5 + 1) & 0xfffff;
  }
}
BENCHMARK(histogram_record);

void histogram_snapshot(benchmark::State& state) {
  HistogramRecorder recorder;
  for (std::int64_t ns = 1; ns < 1'000'000; ns += 7) recorder.record(nanoseconds{ns});
  for (auto _ : state) benchmark::DoNotOptimize(recorder.snapshot());
}
BENCHMARK(histogram_snapshot);

void counter_add(benchmark::State& state) {
  Counter counter;
  for (auto _ : state) counter.add();
}
BENCHMARK(counter_add);

void counter_add_single_writer(benchmark::State& state) {
  Counter counter;
  for (auto _ : state) counter.add_single_writer();
}
BENCHMARK(counter_add_single_writer);

void sampler_next(benchmark::State& state) {
  Sampler sampler(modcomm::Timing::sampled);
  for (auto _ : state) benchmark::DoNotOptimize(sampler.next());
}
BENCHMARK(sampler_next);

}  // namespace
