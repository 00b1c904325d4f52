// A store that is looked into without a bus.
#include <algorithm>

#include <modcomm/store.hpp>

#include "bus/core.hpp"
#include "events/past.hpp"
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

/// Events are messages, and those belong to a bus.
void give(const LogExtent& extent, std::vector<SequenceRange> cleared, std::uint64_t from,
          const std::function<void(const Event&)>& take) {
  const auto executor = thread_pool({.threads = 1});
  const detail::Core core(
      std::make_shared<detail::Context>(system_clock(), executor, detail::ContextOptions{}), false);
  detail::Past past(core.events(), {},
                    detail::StoredPast{extent, extent.next_sequence - 1, std::move(cleared)});
  past.seek(from);
  while (auto message = past.next()) take(detail::EventAccess::event(std::move(*message)));
}

}  // namespace

Result<StoreReport> read_store(const std::string& folder,
                               const std::function<void(const Event&)>& take, std::uint64_t from) {
  const auto files = store::os_files(folder, store::Access::read);
  if (!files) return files.error();
  auto chain = store::open_chain(**files, store::Access::read);
  if (!chain) return chain.error();
  if (chain->segments.empty()) {
    return Error(
        Code::not_found, reason::no_file,
        folder + ": no store of events is here; give the folder that holds its *.log files");
  }
  const LogExtent extent{std::move(chain->segments), chain->next_sequence};
  StoreReport report{.folder = folder,
                     .segments = extent.segments.size(),
                     .first_sequence = extent.first_sequence(),
                     .last_sequence = extent.next_sequence - 1,
                     .closed = chain->recovery.closed,
                     .torn_bytes = chain->recovery.torn_bytes};
  for (const store::Segment& segment : extent.segments) report.bytes += segment.size;
  auto cleared = count(**files, extent, report);
  if (!cleared) return cleared.error();
  if (take) give(extent, std::move(*cleared), from, take);
  return report;
}

}  // namespace modcomm
