#include "support/killed_bus.hpp"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include <unistd.h>

#include <modcomm/bus.hpp>

namespace modcomm::test {
namespace {

constexpr int waiting_threads = 3;
constexpr std::uint64_t in_flight = 100;
constexpr auto name = "Step";
constexpr std::size_t newest = 100;

BusOptions options(const std::filesystem::path& folder) {
  return {.store = {.folder = folder.string(), .segment_bytes = 256 << 10}};
}

}  // namespace

/// Some threads wait for each event, one has many under way.
void KilledBus::store_for_ever(std::uint64_t first, int pipe) {
  const auto tell = [pipe](const Result<EventReceipt>& receipt, std::uint64_t number) {
    if (!receipt || receipt->durability < Durability::fsynced) ::_exit(2);
    say(pipe, receipt->sequence, number);
  };
  try {
    Bus bus(options(folder()));
    const Module lab = bus.module("Lab");
    const EmitOptions stored{.persist = true};
    std::atomic<std::uint64_t> next = first;
    std::vector<std::jthread> waiting;
    for (int thread = 0; thread < waiting_threads; ++thread) {
      waiting.emplace_back([&] {
        while (true) {
          const std::uint64_t number = next++;
          tell(lab.emit(name, Bytes{body_of(number)}, stored), number);
        }
      });
    }
    std::atomic<std::uint64_t> under_way = 0;
    while (true) {
      while (under_way > in_flight) std::this_thread::yield();
      const std::uint64_t number = next++;
      ++under_way;
      lab.emit_async(name, Bytes{body_of(number)}, stored,
                     [&, number](const Result<EventReceipt>& receipt) {
                       tell(receipt, number);
                       --under_way;
                     })
          .value();
    }
  } catch (...) {
    ::_exit(1);
  }
}

std::string KilledBus::look() {
  const std::string wrong = restart();
  return wrong.empty() ? compare() : wrong;
}

/// A bus opens what is left, and finds the newest events by its index.
std::string KilledBus::restart() const {
  try {
    Bus bus(options(folder()));
    const StoreInfo info = bus.store();
    if (!info.damage.empty()) return info.damage.front();
    const EventPage page = bus.history({.stored = true, .name = name, .limit = newest}).value();
    std::uint64_t expected = info.last_sequence;
    for (const Event& event : page.events) {
      if (event.sequence() != expected--) return "the index misses an event";
    }
    return page.events.size() == std::min<std::uint64_t>(newest, info.last_sequence)
               ? std::string()
               : "the index lost events";
  } catch (const Exception& refused) {
    return refused.what();
  }
}

std::string KilledBus::compare() const {
  Comparison comparison(*this);
  const auto report = read_store(folder().string(), [&](const Event& event) {
    comparison.take(event.sequence(), event.bytes().value().data);
  });
  // A process that died before its first event leaves no log.
  if (!report && !said_nothing()) return report.error().to_string();
  if (report && !report->damage.empty()) return report->damage.front();
  return comparison.end();
}

}  // namespace modcomm::test
