#include "modules/rollout.hpp"

#include <utility>

namespace lab {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr modcomm::CallOptions hasty{};
constexpr modcomm::CallOptions patient{.timeout = 30s, .attempt_timeout = 1s, .retries = 8};

}  // namespace

Rollout::Rollout(modcomm::Bus& bus) : module_(bus.module("Rollout")), calls_(bus, module_) {}

RolloutReport Rollout::run(const std::vector<std::string>& hosts) {
  RolloutReport report;
  for (const std::string& host : hosts) report.hosts.push_back({.host = host});
  for (HostReport& host : report.hosts) {
    if (!calls_.stopped()) ask(host, hasty, report);
  }
  for (HostReport& host : report.hosts) {
    if (!host.address.empty()) continue;
    if (calls_.stopped() || !ask(host, patient, report)) break;
  }
  report.stopped = calls_.stopped();
  report.passed = report.found == report.hosts.size();
  return report;
}

/// Whether it was found.
bool Rollout::ask(HostReport& host, const modcomm::CallOptions& options, RolloutReport& report) {
  const auto begin = steady_clock::now();
  modcomm::Result<HostRecord> record =
      calls_.call<HostRecord>("Inventory.Lookup", Lookup{.host = host.host}, options);
  if (!record) {
    note_miss(host, record.error(), steady_clock::now() - begin, report);
    return false;
  }
  ++report.found;
  report.requests = record->request;
  host.address = std::move(record->address);
  module_
      .publish("Rollout", "HostFound",
               HostFound{.host = host.host, .address = host.address, .request = report.requests})
      .value();
  return true;
}

void Rollout::note_miss(HostReport& host, const modcomm::Error& error,
                        std::chrono::nanoseconds took, RolloutReport& report) const {
  if (error.reason() == modcomm::reason::circuit_open) ++report.refused;
  host.missed = std::string(to_string(error.code())) + "/" + std::string(error.reason());
  module_
      .publish("Rollout", "HostMissed",
               HostMissed{.host = host.host,
                          .reason = host.missed,
                          .took = std::chrono::duration_cast<std::chrono::microseconds>(took)})
      .value();
}

}  // namespace lab
