// A bounded queue with four lanes and a strand: when it turns non-empty it is scheduled once, hands
// batches to its owner, and goes to the back of the line. Channels and concurrent subscriptions
// each have one.
//
// Publishers leave messages in the intake, without the lock, as long as their credit lasts; it never
// reaches further than every limit allows. Whoever has none left takes the lock, brings everything
// into the lanes, and sees the exact state: so limits, drops and announcements are exact.
//
// Threads.   Everything from any thread; the owner's `deliver` runs in one thread at a time.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <modcomm/channel.hpp>
#include <modcomm/executor.hpp>
#include <modcomm/result.hpp>

#include "bus/bus_budget.hpp"
#include "bus/conflation.hpp"
#include "bus/context.hpp"
#include "bus/intake.hpp"
#include "bus/lane_queue.hpp"
#include "bus/mailbox_state.hpp"

namespace modcomm::detail {

class Mailbox;

/// Messages that a strand took together. `next` ends the batch early when something more urgent
/// arrived or the mailbox was stopped; the rest goes back.
class Batch {
 public:
  static constexpr std::size_t max_size = 64;

  explicit Batch(Mailbox& mailbox) noexcept : mailbox_(mailbox) {}

  /// Null at the end. The record belongs to the caller.
  Record* next() noexcept;
  /// When the batch was taken.
  SteadyTime taken() const noexcept { return taken_; }
  /// The record that `next` gave had expired.
  void count_expired() noexcept { ++expired_; }

 private:
  friend class Mailbox;

  Mailbox& mailbox_;
  std::array<QueuedRecord, max_size> items_;
  std::size_t size_ = 0;
  std::size_t position_ = 0;
  std::size_t last_size_ = 0;  // of the batch before
  std::uint64_t expired_ = 0;
  std::size_t done_bytes_ = 0;  // of what `next` gave
  std::array<std::uint64_t, lane_count> done_{};
  SteadyTime taken_{};
};

/// Whom a mailbox serves.
class MailboxOwner {
 public:
  virtual ~MailboxOwner() = default;
  virtual void deliver(Batch& batch, Slot& slot) = 0;
  /// Begins or ends to be slow, at most once a second; never called with a lock held.
  virtual void slow_changed(bool slow, std::uint64_t dropped) noexcept = 0;
};

class Mailbox final : public Task, public std::enable_shared_from_this<Mailbox> {
 public:
  using BlockFor = std::optional<std::chrono::nanoseconds>;
  using Dead = std::vector<Record*>;

  /// `name` is for messages to people: "channel 'Lab'".
  Mailbox(std::shared_ptr<Context> context, std::string name, MailboxLimits limits,
          std::weak_ptr<MailboxOwner> owner, bool paused);
  ~Mailbox() override;
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  /// Takes the record over unless it answers with an error.
  Result<void> push(Record* record, BlockFor block_for = {});

  /// Keeps a place for a record that comes later; never waits. `push_reserved` or `give_up` must follow.
  Result<void> reserve(const Record& record);
  /// Takes it over; nobody gets it if the mailbox was closed meanwhile.
  void push_reserved(Record* record);
  void give_up(const Record& record);
  /// As `push`, but nothing makes room for it.
  Result<void> push_probe(Record* record);

  /// Gives back what it leased and does not need.
  void give_back();

  void pause();
  void resume();
  /// Delivers nothing, whatever is resumed, until it is released. For mailboxes that have begun paused.
  void hold();
  void release();
  /// Refuses new messages from now on and clears what waits.
  void close();
  /// Clears what `unwanted(const Record&)` is true for; says how many went.
  template <class Unwanted>
  std::uint64_t clear(Unwanted unwanted);

  /// Waits until everything accepted so far has left; false at the deadline. A concurrent `clear`
  /// counts as progress.
  bool flush(SteadyTime deadline);
  /// Waits until no batch is under way; false at the deadline.
  bool wait_for_strand(SteadyTime deadline);

  MailboxState state();
  const std::string& name() const noexcept { return name_; }

  void run() noexcept override;

 private:
  friend class Batch;
  class SlownessCheck;
  using Lock = std::unique_lock<std::mutex>;

  // mailbox_credit.cpp: what publishers may do without the lock
  void freeze();
  void revoke();
  int collect();
  void replenish();
  std::size_t most_at_a_time() const noexcept;
  void grant(std::size_t most_messages, std::size_t most_bytes);
  std::size_t room_until_slow(std::size_t limit) const noexcept;
  std::size_t room_for_messages() const noexcept;
  void announce(int lane) noexcept;

  // mailbox.cpp: the publishers' side
  Result<void> push_exactly(Record* record, BlockFor block_for);
  Result<void> keep_place(Lock& lock, const Record& record, Dead& dead);
  Result<void> admit(Lock& lock, Record* record, BlockFor block_for, Dead& dead);
  Result<bool> make_room(Lock& lock, Record* record, BlockFor block_for, Dead& dead);
  Result<bool> drop_oldest_for(const Record& record, Dead& dead);
  Result<void> wait_for_room(Lock& lock, const Record& record, std::chrono::nanoseconds block_for);
  bool wait_for_bus(Lock& lock, const Record& record, SteadyTime deadline);
  static Credit cost_of(const Record& record) noexcept {
    return {.messages = 1, .bytes = record.bytes};
  }
  bool fits(const Record& record) const noexcept;
  bool take_room(const Record& record);
  bool take_reclaimed_room(Lock& lock, const Record& record);
  void append(Record* record);
  Result<bool> conflate(Record* record, Dead& dead);
  void purge_expired(Dead& dead);
  bool conflates() const noexcept { return limits_.overflow == Overflow::conflate; }
  Record* current(const QueuedRecord& item) const;
  void leave(const QueuedRecord& item, Dead& dead);
  void unlock_and_tell(Lock& lock);
  bool is_time_to_tell();
  void note_slowness();
  Error full() const;
  Error no_room(const Record& record) const;
  Error too_large(const Record& record) const;
  Error out_of_memory() const;
  Error closed() const;

  // mailbox_strand.cpp: the workers' side
  bool take(Batch& batch);
  void settle(Batch& batch, Dead& dead);
  void put_back_rest(Batch& batch, Dead& dead);
  bool await_arrival(unsigned& pauses, std::size_t last_batch) const;
  bool end_strand();
  void give_way(Batch& batch);
  bool rest();
  void refill(Batch& batch, SteadyTime now, Dead& dead);
  void set_signals(const Batch& batch) noexcept;
  void wake_publishers(bool batch_was_slow);
  void call_strand(Lock& lock);

  static void bury(Dead& dead) noexcept;

  const std::shared_ptr<Context> context_;
  const std::string name_;
  const MailboxLimits limits_;
  const std::weak_ptr<MailboxOwner> owner_;

  /// What the strand looks at between two messages, on a line of its own. Publishers write it only
  /// if they bring something more urgent than the least urgent message of the batch under way.
  struct alignas(64) Signals {
    std::atomic<int> most_urgent_arrival = -1;
    std::atomic<int> least_urgent_under_way = -1;
    std::atomic<bool> interrupted = false;
  };
  Signals signals_;

  Intake intake_;

  alignas(64) mutable std::mutex mutex_;
  std::condition_variable room_;     // publishers wait for room
  std::condition_variable settled_;  // flush and wait_for_strand

  // guarded by mutex_
  LaneQueue queue_;
  Conflation conflation_;
  BusLease lease_;  // for messages, and for what is granted
  Credit granted_;  // what publishers have not used, and what they left since it was collected
  MailboxState counts_;
  std::array<std::uint64_t, lane_count> pushed_{};  // by lane, for flush
  std::array<std::uint64_t, lane_count> left_{};
  SteadyTime earliest_expiry_ = never;
  SteadyTime next_telling_{};  // that it is slow
  bool told_slow_ = false;
  bool telling_ = false;        // a thread tells, and looks again before it leaves
  bool check_planned_ = false;  // it is slow, and not yet told
  std::size_t batch_limit_ = Batch::max_size;
  std::size_t under_way_ = 0;  // messages in the batch
  std::size_t reserved_ = 0;   // places
  unsigned blocked_publishers_ = 0;
  bool parked_;  // the strand ended because of a pause; `resume` calls it
  bool paused_;
  bool held_ = false;
  bool resumes_ = false;  // when it is released
  bool closed_ = false;
};

template <class Unwanted>
std::uint64_t Mailbox::clear(Unwanted unwanted) {
  Dead dead;
  std::uint64_t cleared = 0;
  {
    Lock lock(mutex_);
    freeze();
    queue_.remove_if([&](const QueuedRecord& item) {
      if (!unwanted(*current(item))) return false;
      leave(item, dead);
      ++cleared;
      return true;
    });
    counts_.cleared += cleared;
    replenish();
    if (blocked_publishers_ > 0) room_.notify_all();
    settled_.notify_all();
    unlock_and_tell(lock);
  }
  bury(dead);
  return cleared;
}

}  // namespace modcomm::detail
