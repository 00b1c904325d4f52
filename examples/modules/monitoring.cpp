#include "modules/monitoring.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace lab {
namespace {

using std::chrono::nanoseconds;

nanoseconds time(std::uint64_t count) { return nanoseconds(static_cast<nanoseconds::rep>(count)); }

ChannelSummary summary_of(const modcomm::ChannelInfo& info) {
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

OperationSummary summary_of(const modcomm::OperationInfo& info, modcomm::BreakerInfo breaker) {
  return {.operation = info.name,
          .calls = info.counts.calls,
          .failed = info.counts.failed,
          .refused = info.counts.refused,
          .attempts = info.counts.attempts,
          .retried = info.counts.retries,
          .p50 = time(info.time.p50),
          .p99 = time(info.time.p99),
          .breaker = std::move(breaker)};
}

}  // namespace

Monitoring::Monitoring(modcomm::Bus& bus) : bus_(bus) { bus.module("Monitoring"); }

std::vector<ChannelSummary> Monitoring::channels() const {
  std::vector<ChannelSummary> all;
  for (const modcomm::ChannelInfo& info : bus_.channels()) all.push_back(summary_of(info));
  std::ranges::sort(all, {}, &ChannelSummary::channel);
  return all;
}

std::vector<OperationSummary> Monitoring::operations() const {
  std::vector<OperationSummary> all;
  for (const modcomm::OperationInfo& info : bus_.operations()) {
    auto breaker = bus_.breaker(info.name);
    if (breaker) all.push_back(summary_of(info, std::move(*breaker)));  // else it has just gone
  }
  return all;
}

void Monitoring::print(Console& console) const {
  print_channels(console);
  console.line("");
  print_operations(console);
}

void Monitoring::print_channels(Console& console) const {
  constexpr std::string_view row = "{:<14} {:>8} {:>9} {:>7} {:>7} {:>6} {:>9} {:>9}";
  console.line(
      console.paint(Tone::strong, fmt::format(row, "channel", "accepted", "completed", "expired",
                                              "dropped", "queued", "wait p50", "wait p99")));
  for (const ChannelSummary& channel : channels()) {
    console.line(fmt::format(
        row, channel.channel, channel.accepted, channel.completed, channel.expired, channel.dropped,
        channel.queued, short_time(channel.queue_time_p50), short_time(channel.queue_time_p99)));
  }
}

void Monitoring::print_operations(Console& console) const {
  constexpr std::string_view row = "{:<22} {:>8} {:>9} {:>7} {:>7} {:>9} {:>9}  {}";
  console.line(
      console.paint(Tone::strong, fmt::format(row, "operation", "calls", "failed", "refused",
                                              "retried", "time p50", "time p99", "breaker")));
  for (const OperationSummary& operation : operations()) {
    console.line(fmt::format(row, operation.operation, operation.calls, operation.failed,
                             operation.refused, operation.retried, short_time(operation.p50),
                             short_time(operation.p99),
                             boost::describe::enum_to_string(operation.breaker.state, "?")));
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
