#include "support/killed_log.hpp"

#include <atomic>
#include <thread>

#include <unistd.h>

#include "store/event_log.hpp"
#include "store/os_files.hpp"

namespace modcomm::test {
namespace {

using store::LogReceipt;

constexpr store::LogOptions options{.segment_bytes = 256 << 10};

}  // namespace

void KilledLog::store_for_ever(std::uint64_t first, int pipe) {
  const auto clock = system_clock();
  const auto pool = thread_pool({.threads = 1});
  auto files = store::os_files(folder());
  auto log = files ? store::EventLog::open(*files, options, {pool, clock, [] { return 0x5eedU; }})
                   : files.error();
  if (!log) ::_exit(1);
  std::atomic<std::uint64_t> in_flight = 0;
  for (std::uint64_t number = first;; ++number) {
    while (in_flight > 500) std::this_thread::yield();
    ++in_flight;
    (*log)->append(body_of(number), Durability::fsynced,
                   [&, number](const Result<LogReceipt>& receipt) {
                     if (!receipt) ::_exit(2);
                     say(pipe, receipt->sequence, number);
                     --in_flight;
                   });
  }
}

std::string KilledLog::look() {
  auto files = store::os_files(folder());
  auto chain = files ? store::open_chain(**files, store::Access::write) : files.error();
  if (!chain) return chain.error().to_string();
  if (!chain->recovery.damage.empty()) return "damage was found where there is none";
  store::LogReader reader({chain->segments, chain->next_sequence}, 1);
  Comparison comparison(*this);
  for (auto step = reader.next();; step = reader.next()) {
    if (!step) return step.error().to_string();
    if (step->kind == store::WalkStep::Kind::end) return comparison.end();
    if (step->kind == store::WalkStep::Kind::damage) return "damage in an older segment";
    comparison.take(step->record.head.sequence, std::string(step->record.body));
  }
}

}  // namespace modcomm::test
