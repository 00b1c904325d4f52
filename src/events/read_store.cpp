// A store that is looked into without a bus.
#include <algorithm>

#include "events/store_reading.hpp"
#include "store/os_files.hpp"

namespace modcomm {
namespace {

using store::LogExtent;
using store::LogStep;
using store::RecordKind;
using store::SequenceRange;

/// Counts what is there; says which sequences were cleared.
Result<std::vector<SequenceRange>> count(const store::Files& files, const LogExtent& extent,
                                         StoreReport& report) {
  std::vector<SequenceRange> cleared;
  store::LogReader reader(extent, 1);
  while (true) {
    const auto step = reader.next();
    if (!step) return step.error();
    if (step->kind == LogStep::Kind::end) break;
    if (step->kind == LogStep::Kind::damage) {
      report.damage.push_back(damage_error(files, step->damage).message());
    } else if (step->record.head.kind == RecordKind::event) {
      ++report.events;
    } else if (step->record.head.kind == RecordKind::cleared) {
      const auto ranges = store::decode_ranges(step->record.body);
      if (!ranges) return ranges.error();
      cleared.insert(cleared.end(), ranges->begin(), ranges->end());
    }
  }
  std::ranges::sort(cleared, {}, &SequenceRange::first);
  for (const SequenceRange& range : cleared) {
    const std::uint64_t first = std::max(range.first, report.first_sequence);
    if (range.last >= first) report.cleared += range.last + 1 - first;
  }
  return cleared;
}

}  // namespace

namespace detail {

StoreReading::StoreReading(LogExtent extent, StoreReport report, std::vector<SequenceRange> cleared)
    : extent_(std::move(extent)),
      report_(std::move(report)),
      cleared_(std::move(cleared)),
      core_(std::make_shared<Context>(system_clock(), executor_, ContextOptions{}), false) {
  seek(0);
}

Result<std::unique_ptr<StoreReading>> StoreReading::open(const std::string& folder) {
  const auto files = store::os_files(folder, store::Access::read);
  if (!files) return files.error();
  auto chain = store::open_chain(**files, store::Access::read);
  if (!chain) return chain.error();
  if (chain->segments.empty()) {
    return Error(
        Code::not_found, reason::no_file,
        folder + ": no store of events is here; give the folder that holds its *.log files");
  }
  LogExtent extent{std::move(chain->segments), chain->next_sequence};
  StoreReport report{.folder = folder,
                     .segments = extent.segments.size(),
                     .first_sequence = extent.first_sequence(),
                     .last_sequence = extent.next_sequence - 1,
                     .closed = chain->recovery.closed,
                     .torn_bytes = chain->recovery.torn_bytes};
  for (const store::Segment& segment : extent.segments) report.bytes += segment.size;
  auto cleared = count(**files, extent, report);
  if (!cleared) return cleared.error();
  return std::unique_ptr<StoreReading>(
      new StoreReading(std::move(extent), std::move(report), std::move(*cleared)));
}

void StoreReading::seek(std::uint64_t sequence) {
  past_ = std::make_unique<Past>(core_.events(), std::vector<Remembered>{},
                                 StoredPast{extent_, extent_.next_sequence - 1, cleared_});
  past_->seek(sequence);
}

std::optional<Event> StoreReading::next() {
  auto message = past_->next();
  if (!message) return std::nullopt;
  return EventAccess::event(std::move(*message));
}

Result<> choose(StoreReading& reading, const StoreChoice& choice) {
  const auto match = EventMatch::make(choice.query);
  if (!match) return match.error();
  std::uint64_t matching = 0;
  if (choice.last > 0 || choice.count) {
    while (const auto event = reading.next()) matching += (*match)(*event) ? 1U : 0U;
    reading.seek(0);
  }
  std::uint64_t skipped = choice.last > 0 ? matching - std::min(matching, choice.last) : 0;
  if (choice.count) choice.count(matching - skipped);
  while (const auto event = reading.next()) {
    if (!(*match)(*event)) continue;
    if (skipped > 0) {
      --skipped;
    } else if (auto taken = choice.take(*event); !taken) {
      return taken;
    }
  }
  return {};
}

}  // namespace detail

Result<StoreReport> read_store(const std::string& folder,
                               const std::function<void(const Event&)>& take, std::uint64_t from) {
  const auto reading = detail::StoreReading::open(folder);
  if (!reading) return reading.error();
  if (!take) return (*reading)->report();
  (*reading)->seek(from);
  while (const auto event = (*reading)->next()) take(*event);
  return (*reading)->report();
}

Result<StoreReport> read_store(const std::string& folder, const EventQuery& query,
                               const std::function<void(const Event&)>& take) {
  const auto reading = detail::StoreReading::open(folder);
  if (!reading) return reading.error();
  const auto chosen = detail::choose(
      **reading, {.query = query, .last = query.limit, .take = [&](const Event& event) {
                    take(event);
                    return Result<>();
                  }});
  if (!chosen) return chosen.error();
  return (*reading)->report();
}

}  // namespace modcomm
