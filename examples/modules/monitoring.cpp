#include "modules/monitoring.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

namespace lab {
namespace {

using std::chrono::nanoseconds;

ChannelSummary summary_of(const modcomm::ChannelInfo& info) {
  const auto time = [](std::uint64_t count) {
    return nanoseconds(static_cast<nanoseconds::rep>(count));
  };
  return {.channel = info.name,
          .accepted = info.counts.accepted,
          .completed = info.counts.completed(),
          .expired = info.counts.expired,
          .dropped = info.counts.dropped,
          .queued = info.counts.queued,
          .rejected = info.counts.rejected,
          .failed = info.deliveries.failed,
          .queue_time_p50 = time(info.queue_time.p50),
          .queue_time_p99 = time(info.queue_time.p99)};
}

}  // namespace

Monitoring::Monitoring(modcomm::Bus& bus) : bus_(bus) { bus.module("Monitoring"); }

std::vector<ChannelSummary> Monitoring::summaries() const {
  std::vector<ChannelSummary> all;
  for (const modcomm::ChannelInfo& info : bus_.channels()) all.push_back(summary_of(info));
  std::ranges::sort(all, {}, &ChannelSummary::channel);
  return all;
}

void Monitoring::print(Console& console) const {
  constexpr std::string_view row = "{:<14} {:>8} {:>9} {:>7} {:>7} {:>6} {:>9} {:>9}";
  console.line(
      console.paint(Tone::strong, fmt::format(row, "channel", "accepted", "completed", "expired",
                                              "dropped", "queued", "wait p50", "wait p99")));
  for (const ChannelSummary& channel : summaries()) {
    console.line(fmt::format(
        row, channel.channel, channel.accepted, channel.completed, channel.expired, channel.dropped,
        channel.queued, short_time(channel.queue_time_p50), short_time(channel.queue_time_p99)));
  }
}

std::string short_time(nanoseconds time) {
  constexpr std::array<std::string_view, 4> units{"ns", "us", "ms", "s"};
  auto value = static_cast<double>(time.count());
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < units.size()) {
    value /= 1000;
    ++unit;
  }
  const int decimals = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return fmt::format("{:.{}f} {}", value, decimals, units.at(unit));
}

}  // namespace lab
