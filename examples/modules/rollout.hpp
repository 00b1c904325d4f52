// Finds out where a release would go: asks the inventory for hosts, one after the other.
//
//   lab::Rollout rollout(bus);
//   const lab::RolloutReport report = rollout.run({"web-1", "web-2"});
//
// First every host is asked for once, with no patience: what fails, fails fast. What was missed is
// then asked for again by calls that retry for a while. How they do it, and when a breaker lets
// them through, is the bus's affair.
//
// Calls      Inventory.Lookup.
// Publishes  Rollout: HostFound HostMissed.
// Obeys      Control: StopRequested.
// Threads.   run() blocks and belongs to one thread at a time.
// Errors.    A host that is missing in the end is part of the report. run() throws
//            modcomm::Exception when it cannot publish.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <boost/describe.hpp>

#include <modcomm/bus.hpp>

#include "modules/messages.hpp"
#include "modules/stoppable_calls.hpp"

namespace lab {

struct HostReport {
  std::string host{};
  std::string address{};  ///< Empty: it was not found.
  std::string missed{};   ///< Why it was missed at last; empty: it never was.
};
BOOST_DESCRIBE_STRUCT(HostReport, (), (host, address, missed))

struct RolloutReport {
  bool passed = false;  ///< Every host was found.
  bool stopped = false;
  std::uint64_t found = 0;
  std::uint64_t refused = 0;   ///< Calls that ended at an open breaker.
  std::uint64_t requests = 0;  ///< That the inventory had seen when it answered last.
  std::vector<HostReport> hosts{};
};
BOOST_DESCRIBE_STRUCT(RolloutReport, (), (passed, stopped, found, refused, requests, hosts))

class Rollout {
 public:
  explicit Rollout(modcomm::Bus& bus);

  RolloutReport run(const std::vector<std::string>& hosts);

 private:
  bool ask(HostReport& host, const modcomm::CallOptions& options, RolloutReport& report);
  void note_miss(HostReport& host, const modcomm::Error& error, std::chrono::nanoseconds took,
                 RolloutReport& report) const;

  modcomm::Module module_;
  StoppableCalls calls_;
};

}  // namespace lab
