// A log on a simulated disk, driven without threads: bodies that say which event they are, and what the
// publishers were told of each.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <modcomm/simulation.hpp>

#include "store/event_log.hpp"
#include "support/simulated_disk.hpp"

namespace modcomm::test {

/// What a reader met.
struct Reading {
  std::map<std::uint64_t, std::string> events{};
  std::vector<store::Damage> damage{};
  bool in_order = true;
};

inline Reading read_all(const store::LogExtent& extent, std::uint64_t from = 1) {
  Reading reading;
  store::LogReader reader(extent, from);
  std::uint64_t last = 0;
  while (true) {
    const auto step = reader.next();
    if (!step || step->kind == store::WalkStep::Kind::end) return reading;
    if (step->kind == store::WalkStep::Kind::damage) reading.damage.push_back(step->damage);
    if (step->kind != store::WalkStep::Kind::record) continue;
    if (step->record.head.kind != store::RecordKind::event) continue;
    reading.in_order = reading.in_order && step->record.head.sequence > last;
    last = step->record.head.sequence;
    reading.events[last] = std::string(step->record.body);
  }
}

struct LogWorld {
  explicit LogWorld(std::uint64_t seed)
      : random(seed),
        disk(std::make_shared<SimulatedDisk>(seed)),
        clock(std::make_shared<ManualClock>()),
        executor(std::make_shared<SeededExecutor>(clock, seed)) {}

  Result<> open(const store::LogOptions& options = {.segment_bytes = 8'192}) {
    auto opened = store::EventLog::open(
        disk, options,
        {executor, clock, [this] { return static_cast<std::uint32_t>(random.next()); }});
    if (!opened) return opened.error();
    log = *opened;
    return {};
  }

  /// A body that no other event has.
  std::string body(std::size_t bytes) {
    std::string text = "event " + std::to_string(++bodies) + " ";
    while (text.size() < bytes) text += static_cast<char>('a' + random.below(26));
    return text;
  }

  void append(Durability wanted, std::size_t bytes = 100) {
    std::string text = body(bytes);
    ++asked;
    log->append(text, wanted, [this, text](const Result<store::LogReceipt>& receipt) {
      ++answered;
      if (!receipt) return errors.push_back(receipt.error());
      receipts.push_back(*receipt);
      auto& promises = receipt->durability == Durability::fsynced ? fsynced : written;
      promises[receipt->sequence] = text;
    });
  }

  Result<> close() { return log->close(after(clock->now().steady, std::chrono::seconds(1))); }

  /// The process is gone, with all that it had not written.
  void forget() {
    log.reset();
    executor = std::make_shared<SeededExecutor>(clock, random.next());
    asked = answered = 0;
  }

  detail::Random random;
  std::shared_ptr<SimulatedDisk> disk;
  std::shared_ptr<ManualClock> clock;
  std::shared_ptr<SeededExecutor> executor;
  std::shared_ptr<store::EventLog> log{};
  std::uint64_t bodies = 0;
  std::uint64_t asked = 0;
  std::uint64_t answered = 0;
  std::vector<store::LogReceipt> receipts{};
  std::vector<Error> errors{};
  std::map<std::uint64_t, std::string> fsynced{};  // what publishers were promised
  std::map<std::uint64_t, std::string> written{};
};

}  // namespace modcomm::test
