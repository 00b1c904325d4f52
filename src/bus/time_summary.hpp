// Measured times as listings show them.
#pragma once

#include <cstdint>

#include <modcomm/channel.hpp>

#include "observe/histogram.hpp"

namespace modcomm::detail {

inline TimeSummary summarize(const HistogramRecorder& recorder) {
  const Histogram times = recorder.snapshot();
  const auto ticks = [](std::chrono::nanoseconds time) {
    return static_cast<std::uint64_t>(time.count());
  };
  return {.count = times.count(),
          .p50 = ticks(times.quantile(0.5)),
          .p99 = ticks(times.quantile(0.99)),
          .max = ticks(times.max())};
}

}  // namespace modcomm::detail
