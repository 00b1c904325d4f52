#include "events/event_store.hpp"

#include <algorithm>

namespace modcomm::detail {
namespace {

/// More events than that are not left for the next query to take in.
constexpr std::uint64_t max_behind = 4'096;

/// Of the disk, not of the event.
bool is_failure_of_store(const Error& error) noexcept {
  return error.reason() == reason::storage_full || error.reason() == reason::input_output;
}

}  // namespace

/// The task that has the index follow.
class EventStore::CatchUp final : public Task {
 public:
  explicit CatchUp(std::shared_ptr<EventStore> store) : store_(std::move(store)) {}
  void run() noexcept override {
    static_cast<void>(store_->catch_up());  // who asks is told
    store_->catching_up_.store(false);
  }

 private:
  const std::shared_ptr<EventStore> store_;
};

Result<std::shared_ptr<EventStore>> EventStore::open(const std::shared_ptr<store::Files>& files,
                                                     const std::string& index,
                                                     const StoreOptions& options,
                                                     store::LogParts parts) {
  const store::LogOptions log_options{
      .segment_bytes = options.segment_bytes,
      .retention = {
          .events = options.max_events, .bytes = options.max_bytes, .age = options.max_age}};
  auto log = store::EventLog::open(files, log_options, std::move(parts));
  if (!log) return log.error();
  auto opened = store::EventIndex::open(index);
  if (!opened) return opened.error();
  auto made = std::make_shared<EventStore>(std::move(*log), std::move(*opened));
  // Now, before new events take the numbers of those that were lost with the power.
  if (auto followed = made->catch_up(); !followed) return followed.error();
  return made;
}

Result<> EventStore::close(SteadyTime deadline) {
  const Result<> closed = log_->close(deadline);
  if (closed) static_cast<void>(catch_up());  // or when it is opened
  return closed;
}

// ---- the index ----

void EventStore::index_if_behind(std::uint64_t sequence, Executor& executor) {
  if (sequence <= index_->indexed_to() + max_behind) return;
  if (!catching_up_.exchange(true)) executor.post(std::make_shared<CatchUp>(shared_from_this()));
}

Result<std::vector<store::IndexRow>> EventStore::find(const store::IndexQuery& query) {
  if (auto followed = catch_up(); !followed) return followed.error();
  return index_->find(query);
}

Result<std::vector<store::WordCount>> EventStore::names(std::size_t limit) {
  if (auto followed = catch_up(); !followed) return followed.error();
  return index_->names(limit);
}

Result<std::vector<store::SequenceRange>> EventStore::cleared() {
  if (auto followed = catch_up(); !followed) return followed.error();
  return index_->cleared();
}

Result<std::string> EventStore::body_of(std::uint64_t sequence) {
  auto any = Glob::compile("*");
  if (!any) return any.error();
  const auto rows =
      find({.name = std::move(*any), .behind = sequence - 1, .limit = 1, .oldest_first = true});
  if (!rows) return rows.error();
  if (rows->empty() || rows->front().sequence != sequence) {
    return Error(Code::not_found, reason::no_event,
                 "event " + std::to_string(sequence) + " is not in the store any more");
  }
  return store::read_body(*log_->files(), log_->extent(), rows->front().position);
}

std::vector<Error> EventStore::take_damage() {
  std::vector<Error> errors;
  for (const store::Damage& damage : index_->take_damage()) {
    errors.push_back(damage_error(*log_->files(), damage));
    health_.lock()->damage.push_back(errors.back().message());
  }
  return errors;
}

void EventStore::clear(const std::vector<store::SequenceRange>& ranges, store::AppendDone done) {
  const auto tell = [self = shared_from_this(), done = std::move(done)](const auto& receipt) {
    self->clearings_.fetch_add(1, std::memory_order_release);
    done(receipt);
  };
  log_->append(store::encode_ranges(ranges), Durability::fsynced, tell, store::RecordKind::cleared);
}

// ---- how it fares ----

void EventStore::append(std::string_view body, Durability wanted,
                        std::unique_ptr<store::AppendWaiter> waiter) {
  ++health_.lock()->waiting;
  log_->append(body, wanted, std::move(waiter));
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
  for (const std::string& line : health->damage) {
    if (std::ranges::count(info.damage, line) == 0) info.damage.push_back(line);
  }
  return info;
}

}  // namespace modcomm::detail
