#include "events/event_store.hpp"

namespace modcomm::detail {
namespace {

/// Of the disk, not of the event.
bool is_failure_of_store(const Error& error) noexcept {
  return error.reason() == reason::storage_full || error.reason() == reason::input_output;
}

}  // namespace

Result<std::shared_ptr<EventStore>> EventStore::open(const std::shared_ptr<store::Files>& files,
                                                     const StoreOptions& options,
                                                     store::LogParts parts) {
  const store::LogOptions log_options{
      .segment_bytes = options.segment_bytes,
      .retention = {
          .events = options.max_events, .bytes = options.max_bytes, .age = options.max_age}};
  auto log = store::EventLog::open(files, log_options, std::move(parts));
  if (!log) return log.error();
  return std::make_shared<EventStore>(std::move(*log));
}

void EventStore::append(std::string body, Durability wanted, store::AppendDone done) {
  ++health_.lock()->waiting;
  log_->append(std::move(body), wanted, std::move(done));
}

std::optional<Notice> EventStore::note(const Result<store::LogReceipt>& receipt) {
  const std::string& where = log_->files()->where();
  const auto health = health_.lock();
  --health->waiting;
  if (receipt) {
    ++health->stored;
    if (health->failure.empty()) return std::nullopt;
    health->failure.clear();
    return Notice{notice::store_recovered, where,
                  std::to_string(health->failed) + " refused so far"};
  }
  if (!is_failure_of_store(receipt.error())) return std::nullopt;
  ++health->failed;
  const bool known = !health->failure.empty();
  health->failure = receipt.error().message();
  if (known) return std::nullopt;
  return Notice{notice::store_failed, where, health->failure};
}

StoreInfo EventStore::info() const {
  const store::LogExtent extent = log_->extent();
  const store::Recovery& recovery = log_->recovery();
  StoreInfo info{.open = true,
                 .folder = log_->files()->where(),
                 .first_sequence = extent.first_sequence(),
                 .last_sequence = extent.next_sequence - 1,
                 .torn_bytes = recovery.torn_bytes};
  for (const store::Segment& segment : extent.segments) info.bytes += segment.size;
  for (const store::Damage& damage : recovery.damage) {
    info.damage.push_back(damage_error(*log_->files(), damage).message());
  }
  const auto health = health_.lock();
  info.waiting = health->waiting;
  info.stored = health->stored;
  info.failed = health->failed;
  info.failure = health->failure;
  return info;
}

}  // namespace modcomm::detail
