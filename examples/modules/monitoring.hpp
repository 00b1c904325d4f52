// Sums up what went through each channel, and how the calls of each operation ended: nothing is
// lost without a name and a number.
//
//   lab::Monitoring monitoring(bus);
//   monitoring.print(console);            // a table of channels, and one of operations
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

/// An operation in the table. Times are of attempts.
struct OperationSummary {
  std::string operation{};
  std::uint64_t calls = 0;
  std::uint64_t failed = 0;   ///< Of `calls`.
  std::uint64_t refused = 0;  ///< Of `failed`: no handler began.
  std::uint64_t attempts = 0;
  std::uint64_t retried = 0;
  std::chrono::nanoseconds p50{};
  std::chrono::nanoseconds p99{};
  modcomm::BreakerInfo breaker{};
};
BOOST_DESCRIBE_STRUCT(OperationSummary, (),
                      (operation, calls, failed, refused, attempts, retried, p50, p99, breaker))

class Monitoring {
 public:
  explicit Monitoring(modcomm::Bus& bus);

  std::vector<ChannelSummary> channels() const;
  std::vector<OperationSummary> operations() const;
  void print(Console& console) const;

 private:
  void print_channels(Console& console) const;
  void print_operations(Console& console) const;

  modcomm::Bus& bus_;
};

/// Three digits and a unit: "940 ns", "12.3 us", "1.20 s".
std::string short_time(std::chrono::nanoseconds time);

}  // namespace lab
