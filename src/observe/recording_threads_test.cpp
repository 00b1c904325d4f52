#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "observe/counter.hpp"
#include "observe/histogram.hpp"

namespace modcomm {
namespace {

using std::chrono::nanoseconds;

constexpr int writers = 4;
constexpr int records_each = 20'000;

// Spreads over many powers of two, so that threads race to make the same groups.
nanoseconds value_of(int writer, int record) {
  return nanoseconds{(std::int64_t{1} << (record % 30)) + writer};
}

/// Runs `write(writer, record)` on all writers while `look` runs on this thread.
template <class Write, class Look>
void write_and_look(Write write, Look look) {
  std::atomic<int> running{writers};
  std::vector<std::jthread> threads;
  for (int writer = 0; writer < writers; ++writer) {
    threads.emplace_back([&, writer] {
      for (int record = 0; record < records_each; ++record) write(writer, record);
      running.fetch_sub(1);
    });
  }
  while (running.load() > 0) look();
}

TEST(RecordingThreads, a_histogram_loses_nothing) {
  HistogramRecorder recorder;
  write_and_look([&](int writer, int record) { recorder.record(value_of(writer, record)); }, [] {});
  Histogram expected;
  for (int writer = 0; writer < writers; ++writer) {
    for (int record = 0; record < records_each; ++record) expected.add(value_of(writer, record));
  }
  EXPECT_EQ(recorder.snapshot(), expected);
}

TEST(RecordingThreads, snapshots_never_go_back_and_always_hold_together) {
  HistogramRecorder recorder;
  Histogram last;
  write_and_look([&](int writer, int record) { recorder.record(value_of(writer, record)); },
                 [&] {
                   const auto now = recorder.snapshot();
                   ASSERT_GE(now.count(), last.count());
                   ASSERT_GE(now.sum(), last.sum());
                   ASSERT_EQ(now.since(last).count(), now.count() - last.count());
                   ASSERT_LE(now.min(), now.quantile(0.5));
                   ASSERT_LE(now.quantile(0.5), now.quantile(0.99));
                   ASSERT_LE(now.quantile(0.99), now.max());
                   last = now;
                 });
}

TEST(RecordingThreads, a_single_writer_is_read_at_any_time) {
  Counter counter;
  std::jthread writer([&] {
    for (int record = 0; record < records_each; ++record) counter.add_single_writer();
  });
  std::uint64_t last = 0;
  while (last < records_each) {
    const auto now = counter.value();
    ASSERT_GE(now, last);
    last = now;
  }
  EXPECT_EQ(counter.value(), std::uint64_t{records_each});
}

TEST(RecordingThreads, a_counter_loses_nothing_and_never_goes_back) {
  Counter counter;
  std::uint64_t last = 0;
  write_and_look([&](int, int) { counter.add(); },
                 [&] {
                   const auto now = counter.value();
                   ASSERT_GE(now, last);
                   last = now;
                 });
  EXPECT_EQ(counter.value(), std::uint64_t{writers} * records_each);
}

}  // namespace
}  // namespace modcomm
