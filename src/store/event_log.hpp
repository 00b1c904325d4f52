// The log of events: anybody appends, one thread at a time writes what is waiting, all of it at once.
//
//   auto log = store::EventLog::open(files, {}, {.executor = pool, .clock = clock, .salt = salt});
//   (*log)->append(body, Durability::fsynced, [](Result<LogReceipt> receipt) { … });
//   LogReader reader((*log)->extent(), 1);
//
// Threads.   Any. Whoever waits is told on the log's task, with no lock held; a slow one holds all others up.
// Order.     Sequences rise in the order of `append`; who waits is told in the order of the sequences, after
//            the event can be read.
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

/// Whoever waits for something to be in the log.
class AppendWaiter {
 public:
  virtual ~AppendWaiter() = default;
  /// Once, unless the log ends before.
  virtual void appended(const Result<LogReceipt>& receipt) = 0;
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

  /// `wanted` is written or fsynced. The waiter is the log's until it was told.
  void append(std::string_view body, Durability wanted, std::unique_ptr<AppendWaiter> waiter,
              RecordKind kind = RecordKind::event);
  void append(std::string_view body, Durability wanted, AppendDone done,
              RecordKind kind = RecordKind::event);

  /// Takes no more, and waits until all that was taken is on the disk. Then the folder is free once the
  /// log's owners have dropped it. deadline_exceeded / timeout if that is not so in time.
  Result<> close(SteadyTime deadline);

  /// What can be read now: all events whose publishers have been answered.
  LogExtent extent() const;

  /// What opening found.
  const Recovery& recovery() const noexcept { return recovery_; }
  const std::shared_ptr<Files>& files() const noexcept { return files_; }

 private:
  struct Pending {
    RecordKind kind;
    Durability wanted;
    std::size_t body_end;  // among the bodies of its group
    std::unique_ptr<AppendWaiter> waiter;
  };
  /// What is written and synced at a time. Its bodies lie in one block, which many threads fill and one
  /// empties: blocks of their own would go from the heap of each publisher to that of the log.
  struct Group {
    std::string bodies{};
    std::vector<Pending> pending{};
  };
  class Turn;
  /// Outlives the log: who waits for the end is told when the last turn has let go of log and folder.
  struct Ending {
    std::mutex mutex;
    std::condition_variable came;
    std::optional<Result<>> result;
  };

  std::optional<Error> refuse(std::size_t bytes) const;
  Group& group_with_room();
  void begin_turn();
  void run();
  Group take_group();
  void recycle(Group&& group);
  void commit(Group& group);
  void answer(Group& group, std::span<const LogEntry> entries, const LogWriter::Outcome& outcome,
              const Result<>& synced);
  void publish_extent();
  void sync_later();
  void sync_now();
  void finish();
  std::optional<Result<>> ended() const;

  const std::shared_ptr<Files> files_;
  const LogParts parts_;
  const Recovery recovery_;
  LogWriter writer_;  // of whoever has the turn

  const std::shared_ptr<Ending> ending_ = std::make_shared<Ending>();
  mutable std::mutex mutex_;
  // guarded by mutex_
  std::deque<Group> backlog_;
  std::size_t backlog_bytes_ = 0;
  std::size_t backlog_size_ = 0;
  Group spare_;  // empty, with the memory of the last one
  LogExtent extent_;
  bool has_turn_ = false;
  bool sync_due_ = false;
  bool sync_planned_ = false;
  bool closing_ = false;
  std::optional<Result<>> closed_;
};

}  // namespace modcomm::store
