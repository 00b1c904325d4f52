// Sums up what went through each channel: nothing is lost without a name and a number.
//
//   lab::Monitoring monitoring(bus);
//   monitoring.print(console);            // a table, a line a channel
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <boost/describe.hpp>

#include <modcomm/bus.hpp>

#include "modules/console.hpp"

namespace lab {

/// A channel in the table. Times are from acceptance to delivery.
struct ChannelSummary {
  std::string channel{};
  std::uint64_t accepted = 0;
  std::uint64_t completed = 0;
  std::uint64_t expired = 0;
  std::uint64_t dropped = 0;
  std::uint64_t queued = 0;
  std::uint64_t rejected = 0;
  std::uint64_t failed = 0;  ///< Deliveries whose handler failed.
  std::chrono::nanoseconds queue_time_p50{};
  std::chrono::nanoseconds queue_time_p99{};
};
BOOST_DESCRIBE_STRUCT(ChannelSummary, (),
                      (channel, accepted, completed, expired, dropped, queued, rejected, failed,
                       queue_time_p50, queue_time_p99))

class Monitoring {
 public:
  explicit Monitoring(modcomm::Bus& bus);

  std::vector<ChannelSummary> summaries() const;
  void print(Console& console) const;

 private:
  modcomm::Bus& bus_;
};

/// Three digits and a unit: "940 ns", "12.3 us", "1.20 s".
std::string short_time(std::chrono::nanoseconds time);

}  // namespace lab
