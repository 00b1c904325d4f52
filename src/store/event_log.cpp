#include "store/event_log.hpp"

#include <algorithm>

namespace modcomm::store {
namespace {

/// As much is written and synced at a time: more would keep the first ones waiting for the last.
constexpr std::size_t group_bytes = std::size_t{4} << 20;
constexpr std::size_t max_backlog_bytes = std::size_t{64} << 20;
/// A group that had more gives its memory back.
constexpr std::size_t max_spare_bytes = std::size_t{2} << 20;
/// What nobody wanted synced is on the disk after this time.
constexpr std::chrono::milliseconds sync_interval{1'000};

}  // namespace

/// The task that writes.
class EventLog::Turn final : public Task {
 public:
  explicit Turn(std::shared_ptr<EventLog> log) : log_(std::move(log)) {}
  void run() noexcept override {
    const std::shared_ptr<Ending> ending = log_->ending_;
    log_->run();
    const auto end = log_->ended();
    log_.reset();
    if (!end) return;
    const std::lock_guard lock(ending->mutex);
    ending->result = end;
    ending->came.notify_all();
  }

 private:
  std::shared_ptr<EventLog> log_;
};

namespace {

class Caller final : public AppendWaiter {
 public:
  explicit Caller(AppendDone done) : done_(std::move(done)) {}
  void appended(const Result<LogReceipt>& receipt) override { done_(receipt); }

 private:
  const AppendDone done_;
};

class Later final : public Task {
 public:
  Later(std::weak_ptr<EventLog> log, void (EventLog::*member)())
      : log_(std::move(log)), member_(member) {}
  void run() noexcept override {
    if (const auto log = log_.lock()) (log.get()->*member_)();
  }

 private:
  std::weak_ptr<EventLog> log_;
  void (EventLog::*member_)();
};

}  // namespace

Result<std::shared_ptr<EventLog>> EventLog::open(const std::shared_ptr<Files>& files,
                                                 const LogOptions& options, LogParts parts) {
  auto chain = open_chain(*files, Access::write);
  if (!chain) return chain.error();
  return std::make_shared<EventLog>(files, std::move(*chain), options, std::move(parts));
}

EventLog::EventLog(std::shared_ptr<Files> files, LogChain chain, const LogOptions& options,
                   LogParts parts)
    : files_(std::move(files)),
      parts_(std::move(parts)),
      recovery_(chain.recovery),
      writer_(files_, std::move(chain), options, parts_.clock, parts_.salt),
      extent_{writer_.chain().segments, writer_.next_sequence()} {}

void EventLog::append(std::string_view body, Durability wanted, AppendDone done, RecordKind kind) {
  append(body, wanted, std::make_unique<Caller>(std::move(done)), kind);
}

void EventLog::append(std::string_view body, Durability wanted,
                      std::unique_ptr<AppendWaiter> waiter, RecordKind kind) {
  std::unique_lock lock(mutex_);
  if (auto refused = refuse(body.size())) {
    lock.unlock();
    return waiter->appended(*refused);
  }
  Group& group = group_with_room();
  group.bodies += body;
  group.pending.push_back({kind, wanted, group.bodies.size(), std::move(waiter)});
  backlog_bytes_ += body.size();
  ++backlog_size_;
  begin_turn();
}

std::optional<Error> EventLog::refuse(std::size_t bytes) const {
  if (closing_) {
    return Error(Code::failed_precondition, reason::closed, "the log of events has been closed");
  }
  if (bytes > max_body_bytes) {
    return Error(Code::invalid_argument, reason::too_large,
                 "an event of " + std::to_string(bytes) + " bytes; the log takes " +
                     std::to_string(max_body_bytes));
  }
  if (!backlog_.empty() && backlog_bytes_ + bytes > max_backlog_bytes) {
    return Error(Code::resource_exhausted, reason::queue_full,
                 std::to_string(backlog_size_) + " events wait for the disk; emit more slowly");
  }
  return std::nullopt;
}

EventLog::Group& EventLog::group_with_room() {
  if (backlog_.empty() || backlog_.back().bodies.size() >= group_bytes) {
    backlog_.push_back(std::exchange(spare_, {}));
  }
  return backlog_.back();
}

/// With the lock.
void EventLog::begin_turn() {
  if (std::exchange(has_turn_, true)) return;
  parts_.executor->post(std::make_shared<Turn>(shared_from_this()));
}

void EventLog::run() {
  while (true) {
    Group group = take_group();
    if (!group.pending.empty()) {
      commit(group);
      recycle(std::move(group));
      continue;
    }
    std::unique_lock lock(mutex_);
    if (!backlog_.empty()) continue;
    if (std::exchange(sync_due_, false)) {
      lock.unlock();
      static_cast<void>(writer_.sync());  // who appends next is told
      continue;
    }
    if (closing_ && !closed_) {
      lock.unlock();
      finish();
      continue;
    }
    has_turn_ = false;
    return;
  }
}

EventLog::Group EventLog::take_group() {
  const std::lock_guard lock(mutex_);
  if (backlog_.empty()) return {};
  Group group = std::move(backlog_.front());
  backlog_.pop_front();
  backlog_bytes_ -= group.bodies.size();
  backlog_size_ -= group.pending.size();
  return group;
}

void EventLog::recycle(Group&& group) {
  if (group.bodies.capacity() > max_spare_bytes) return;
  group.bodies.clear();
  group.pending.clear();
  const std::lock_guard lock(mutex_);
  std::swap(spare_, group);
}

void EventLog::commit(Group& group) {
  std::vector<LogEntry> entries;
  entries.reserve(group.pending.size());
  bool wants_sync = false;
  std::size_t at = 0;
  for (const Pending& pending : group.pending) {
    const auto body = std::string_view(group.bodies).substr(at, pending.body_end - at);
    entries.push_back({.kind = pending.kind, .body = body});
    at = pending.body_end;
    wants_sync = wants_sync || pending.wanted >= Durability::fsynced;
  }
  const std::size_t segments = writer_.chain().segments.size();
  const LogWriter::Outcome outcome = writer_.write(entries);
  const Result<> synced = wants_sync && outcome.written > 0 ? writer_.sync() : Result<>();
  if (writer_.chain().segments.size() > segments)
    static_cast<void>(writer_.retain());  // tried again
  if (!writer_.failure()) publish_extent();
  if (!writer_.synced()) sync_later();
  answer(group, entries, outcome, synced);
}

void EventLog::answer(Group& group, std::span<const LogEntry> entries,
                      const LogWriter::Outcome& outcome, const Result<>& synced) {
  const Durability met = writer_.synced() ? Durability::fsynced : Durability::written;
  for (std::size_t index = 0; index < entries.size(); ++index) {
    const std::unique_ptr<AppendWaiter> waiter = std::move(group.pending[index].waiter);
    if (index >= outcome.written) {
      waiter->appended(outcome.rest.error());
    } else if (!synced) {
      waiter->appended(synced.error());
    } else {
      waiter->appended(LogReceipt{entries[index].sequence, entries[index].position, met});
    }
  }
}

void EventLog::publish_extent() {
  const std::lock_guard lock(mutex_);
  const auto& segments = writer_.chain().segments;
  const bool same = extent_.segments.size() == segments.size() && !segments.empty() &&
                    extent_.segments.front().number == segments.front().number;
  if (same) {
    extent_.segments.back().end = segments.back().end;
  } else {
    extent_.segments = segments;
  }
  extent_.next_sequence = writer_.next_sequence();
}

void EventLog::sync_later() {
  const std::lock_guard lock(mutex_);
  if (std::exchange(sync_planned_, true)) return;
  const SteadyTime at = after(parts_.clock->now().steady, sync_interval);
  parts_.executor->post_at(at, std::make_shared<Later>(weak_from_this(), &EventLog::sync_now));
}

void EventLog::sync_now() {
  const std::lock_guard lock(mutex_);
  sync_planned_ = false;
  sync_due_ = true;
  begin_turn();
}

void EventLog::finish() {
  const Result<> done = writer_.close();
  if (done) publish_extent();
  const std::lock_guard lock(mutex_);
  closed_ = done;
}

std::optional<Result<>> EventLog::ended() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

Result<> EventLog::close(SteadyTime deadline) {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    if (!closed_) begin_turn();
  }
  Ending& ending = *ending_;
  std::unique_lock lock(ending.mutex);
  while (!ending.result && parts_.executor->wait_until(lock, ending.came, deadline)) {
  }
  if (ending.result) return *ending.result;
  const std::lock_guard own(mutex_);
  return Error(Code::deadline_exceeded, reason::timeout,
               std::to_string(backlog_size_) + " events are not yet on the disk");
}

LogExtent EventLog::extent() const {
  const std::lock_guard lock(mutex_);
  return extent_;
}

}  // namespace modcomm::store
