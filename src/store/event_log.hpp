// The log of events: anybody appends, one thread at a time writes what is waiting, all of it at once.
//
//   auto log = store::EventLog::open(files, {}, {.executor = pool, .clock = clock, .salt = salt});
//   (*log)->append(body, Durability::fsynced, [](Result<LogReceipt> receipt) { … });
//   LogReader reader((*log)->extent(), 1);
//
// Threads.   Any. `done` runs on the log's task, with no lock held; a slow one holds all others up.
// Order.     Sequences rise in the order of `append`; `done` is called in the order of the sequences,
//            after the event can be read.
// Lifetime.  Close it; else what was not yet written when the executor stops is never answered.
// Errors.    Each append gets its own: storage_full, input_output, closed, or queue_full where more waits
//            than the log may hold.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <modcomm/clock.hpp>
#include <modcomm/durability.hpp>
#include <modcomm/executor.hpp>

#include "store/log_reader.hpp"
#include "store/log_writer.hpp"

namespace modcomm::store {

struct LogReceipt {
  std::uint64_t sequence = 0;
  LogPosition position{};
  Durability durability = Durability::written;  ///< At least what was asked for.
};

using AppendDone = std::function<void(const Result<LogReceipt>&)>;

/// What the log uses of the world.
struct LogParts {
  std::shared_ptr<Executor> executor;
  std::shared_ptr<Clock> clock;
  std::function<std::uint32_t()> salt;  ///< A number that nobody can foresee, for each segment.
};

class EventLog final : public std::enable_shared_from_this<EventLog> {
 public:
  static Result<std::shared_ptr<EventLog>> open(const std::shared_ptr<Files>& files,
                                                const LogOptions& options, LogParts parts);
  EventLog(std::shared_ptr<Files> files, LogChain chain, const LogOptions& options, LogParts parts);

  /// `wanted` is written or fsynced.
  void append(std::string body, Durability wanted, AppendDone done,
              RecordKind kind = RecordKind::event);

  /// Takes no more, and waits until all that was taken is on the disk. deadline_exceeded / timeout if
  /// that is not so in time.
  Result<> close(SteadyTime deadline);

  /// What can be read now: all events whose publishers have been answered.
  LogExtent extent() const;

  /// What opening found.
  const Recovery& recovery() const noexcept { return recovery_; }
  const std::shared_ptr<Files>& files() const noexcept { return files_; }

 private:
  struct Pending {
    RecordKind kind;
    std::string body;
    Durability wanted;
    AppendDone done;
  };
  using Group = std::vector<Pending>;
  class Turn;

  std::optional<Error> refuse(const Pending& pending) const;
  void begin_turn();
  void run();
  Group take_group();
  void commit(Group& group);
  void answer(Group& group, std::span<const LogEntry> entries, const LogWriter::Outcome& outcome,
              const Result<>& synced);
  void publish_extent();
  void sync_later();
  void sync_now();
  void finish();

  const std::shared_ptr<Files> files_;
  const LogParts parts_;
  const Recovery recovery_;
  LogWriter writer_;  // of whoever has the turn

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // guarded by mutex_
  std::deque<Pending> backlog_;
  std::size_t backlog_bytes_ = 0;
  LogExtent extent_;
  bool has_turn_ = false;
  bool sync_due_ = false;
  bool sync_planned_ = false;
  bool closing_ = false;
  std::optional<Result<>> closed_;
};

}  // namespace modcomm::store
