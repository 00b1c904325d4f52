#include "bus/mailbox.hpp"

#include <algorithm>

#include "core/spinning_lock.hpp"

namespace modcomm::detail {
namespace {

using std::chrono::nanoseconds;

constexpr bool above(std::size_t size, std::size_t capacity, std::size_t percent) noexcept {
  return size * 100 > capacity * percent;
}

}  // namespace

Mailbox::Mailbox(std::shared_ptr<Context> context, std::string name, MailboxLimits limits,
                 std::weak_ptr<MailboxOwner> owner, bool paused)
    : context_(std::move(context)),
      name_(std::move(name)),
      limits_(limits),
      owner_(std::move(owner)),
      lease_(context_->budget),
      parked_(paused),
      paused_(paused) {
  signals_.interrupted = paused;
  if (!paused) intake_.begin_idling();
  context_->mailboxes.lock()->insert(this);
}

Mailbox::~Mailbox() {
  context_->mailboxes.lock()->erase(this);
  close();
}

Result<void> Mailbox::push_probe(Record* record) {
  const Result<void> kept = reserve(*record);
  if (kept) push_reserved(record);
  return kept;
}

Result<void> Mailbox::push(Record* record, BlockFor block_for) {
  const int lane = static_cast<int>(record->priority);  // the record may be gone once it is left
  switch (intake_.leave(record)) {
    case Intake::Left::taken:
      if (lane > signals_.least_urgent_under_way.load(std::memory_order_relaxed)) announce(lane);
      return {};
    case Intake::Left::taken_while_idle:
      context_->executor->post(shared_from_this());
      return {};
    case Intake::Left::refused:
      break;
  }
  return push_exactly(record, block_for);
}

Result<void> Mailbox::push_exactly(Record* record, BlockFor block_for) {
  Dead dead;
  Lock lock = lock_spinning(mutex_);
  freeze();
  const Result<void> admitted = admit(lock, record, block_for, dead);
  if (!admitted) ++counts_.rejected;
  call_strand(lock);
  if (!dead.empty()) bury(dead);
  return admitted;
}

Result<void> Mailbox::reserve(const Record& record) {
  Dead dead;
  Lock lock = lock_spinning(mutex_);
  freeze();
  const Result<void> kept = keep_place(lock, record, dead);
  if (!kept) ++counts_.rejected;
  call_strand(lock);
  bury(dead);
  return kept;
}

Result<void> Mailbox::keep_place(Lock& lock, const Record& record, Dead& dead) {
  if (closed_) return closed();
  if (record.bytes > limits_.max_bytes) return too_large(record);
  if (!take_room(record)) {
    purge_expired(dead);
    const bool room = take_reclaimed_room(lock, record);
    if (closed_) return closed();
    if (!room) return no_room(record);
  }
  ++reserved_;
  return {};
}

void Mailbox::push_reserved(Record* record) {
  Dead dead;
  Lock lock = lock_spinning(mutex_);
  freeze();
  --reserved_;
  if (closed_) {
    lease_.remove(cost_of(*record));
    dead.push_back(record);
  } else {
    append(record);
    announce(static_cast<int>(record->priority));
  }
  call_strand(lock);
  bury(dead);
}

void Mailbox::give_up(const Record& record) {
  Lock lock = lock_spinning(mutex_);
  freeze();
  --reserved_;
  lease_.remove(cost_of(record));
  call_strand(lock);
}

Result<void> Mailbox::admit(Lock& lock, Record* record, BlockFor block_for, Dead& dead) {
  if (closed_) return closed();
  if (conflates()) {
    const Result<bool> replaced = conflate(record, dead);
    if (!replaced) return replaced.error();
    if (*replaced) return {};
  }
  if (!take_room(*record)) [[unlikely]] {
    const Result<bool> room = make_room(lock, record, block_for, dead);
    if (!room) return room.error();
    if (!*room) return {};
  }
  append(record);
  announce(static_cast<int>(record->priority));
  return {};
}

/// Within the mailbox's own limits.
bool Mailbox::fits(const Record& record) const noexcept {
  return queue_.size() + reserved_ < limits_.capacity &&
         lease_.used().bytes + record.bytes <= limits_.max_bytes;
}

/// Within the limits of the bus, too.
bool Mailbox::take_room(const Record& record) {
  return fits(record) && lease_.add(cost_of(record));
}

/// Tries again; where only the bus is full, with what its queues leased and do not need. Then the mailbox
/// may have been closed meanwhile.
bool Mailbox::take_reclaimed_room(Lock& lock, const Record& record) {
  if (take_room(record)) return true;
  if (!fits(record) || !context_->budget.tighten()) return false;
  lock.unlock();
  context_->reclaim();
  lock.lock();
  freeze();
  return !closed_ && take_room(record);
}

/// True: room was taken. False: the record itself was dropped.
Result<bool> Mailbox::make_room(Lock& lock, Record* record, BlockFor block_for, Dead& dead) {
  if (record->bytes > limits_.max_bytes) return too_large(*record);
  purge_expired(dead);
  if (take_reclaimed_room(lock, *record)) return true;
  if (closed_) return closed();
  switch (limits_.overflow) {
    case Overflow::block: {
      const auto room = wait_for_room(lock, *record, block_for.value_or(limits_.block_for));
      if (!room) return room.error();
      return true;
    }
    case Overflow::drop_oldest:
      return drop_oldest_for(*record, dead);
    case Overflow::drop_newest:
      dead.push_back(record);
      ++counts_.accepted;
      ++counts_.dropped;
      return false;
    case Overflow::reject:
    case Overflow::conflate:
      break;
  }
  return no_room(*record);
}

Result<bool> Mailbox::drop_oldest_for(const Record& record, Dead& dead) {
  while (!queue_.empty()) {
    leave(queue_.pop_oldest(), dead);
    ++counts_.dropped;
    if (take_room(record)) return true;
  }
  return no_room(record);  // what handlers hold now, or other channels, takes all of it
}

Result<void> Mailbox::wait_for_room(Lock& lock, const Record& record, nanoseconds block_for) {
  if (Frame::on_strand_of(*this)) {
    return Error(Code::failed_precondition, reason::would_block_itself,
                 name_ +
                     " is full, and only the handler that publishes to it could make room; use "
                     "another overflow policy, or publish from elsewhere");
  }
  const SteadyTime deadline = after(context_->clock->now().steady, block_for);
  ++blocked_publishers_;
  bool in_time = true;
  bool taken = false;
  while (!closed_ && !taken && in_time) {
    in_time = fits(record) ? wait_for_bus(lock, record, deadline)
                           : context_->executor->wait_until(lock, room_, deadline);
    freeze();
    taken = !closed_ && take_room(record);
  }
  --blocked_publishers_;
  if (closed_) return closed();
  if (taken) return {};
  return Error(Code::deadline_exceeded, reason::timeout,
               name_ +
                   " stayed full for as long as the publisher would wait; give it more time "
                   "(block_for), or see why its handlers are slow");
}

/// Any queue of the bus may make room: `close` wakes who waits for that, too.
bool Mailbox::wait_for_bus(Lock& lock, const Record& record, SteadyTime deadline) {
  BusBudget& budget = context_->budget;
  const std::uint64_t seen = budget.wakes();
  lock.unlock();
  const bool in_time = budget.wait(cost_of(record), seen, *context_->executor, deadline);
  lock.lock();
  return in_time;
}

void Mailbox::append(Record* record) {
  const QueuedRecord item(record);
  queue_.push(item);
  ++pushed_[item.lane];
  ++counts_.accepted;
  counts_.last_accepted = record->time;
  earliest_expiry_ = std::min(earliest_expiry_, record->expires);
  if (conflates()) conflation_.add(record);
}

/// Whether the record took the place of an older one.
Result<bool> Mailbox::conflate(Record* record, Dead& dead) {
  Conflation::Place* place = conflation_.find(*record);
  if (place == nullptr) return false;
  const std::uint32_t old_bytes = place->newest->bytes;
  if (lease_.used().bytes - old_bytes + record->bytes > limits_.max_bytes) return full();
  if (!lease_.replace(old_bytes, record->bytes)) return out_of_memory();
  if (place->newest != place->holder) dead.push_back(place->newest);
  place->newest = record;
  ++counts_.accepted;
  ++counts_.dropped;
  counts_.last_accepted = record->time;
  earliest_expiry_ = std::min(earliest_expiry_, record->expires);
  return true;
}

void Mailbox::purge_expired(Dead& dead) {
  if (earliest_expiry_ == never) return;
  const SteadyTime now = context_->clock->now().steady;
  if (earliest_expiry_ > now) return;
  earliest_expiry_ = never;
  queue_.remove_if([&](const QueuedRecord& item) {
    const SteadyTime expires = current(item)->expires;
    if (expires > now) {
      earliest_expiry_ = std::min(earliest_expiry_, expires);
      return false;
    }
    leave(item, dead);
    ++counts_.expired;
    return true;
  });
}

/// The record that will be delivered in this place.
Record* Mailbox::current(const QueuedRecord& item) const {
  return conflates() ? conflation_.newest(item.record) : item.record;
}

/// A message leaves the lanes without being delivered.
void Mailbox::leave(const QueuedRecord& item, Dead& dead) {
  Record* const newest = conflates() ? conflation_.take(item.record) : item.record;
  lease_.remove(cost_of(*newest));
  ++left_[item.lane];
  dead.push_back(newest);
  if (newest != item.record) dead.push_back(item.record);
}

/// Tells the owner, without the lock, if the mailbox began or ended to be slow. A mailbox that fills
/// and empties all the time says so once a second: that is how `block` works, and no news.
void Mailbox::unlock_and_tell(Lock& lock) {
  note_slowness();
  if (counts_.slow == told_slow_ || std::exchange(telling_, true)) [[likely]]
    return lock.unlock();
  while (counts_.slow != told_slow_ && (told_slow_ || is_time_to_tell())) {
    told_slow_ = counts_.slow;
    const bool slow = told_slow_;
    const std::uint64_t dropped = counts_.dropped;
    lock.unlock();
    if (const auto owner = owner_.lock()) owner->slow_changed(slow, dropped);
    lock.lock();
    note_slowness();
  }
  telling_ = false;
  lock.unlock();
}

void Mailbox::note_slowness() {
  const unsigned percent = counts_.slow ? 50 : 80;
  counts_.slow = above(queue_.size(), limits_.capacity, percent) ||
                 above(lease_.used().bytes - granted_.bytes, limits_.max_bytes, percent);
}

/// The task that looks again, when it is time to tell.
class Mailbox::SlownessCheck final : public Task {
 public:
  explicit SlownessCheck(std::weak_ptr<Mailbox> mailbox) : mailbox_(std::move(mailbox)) {}
  void run() noexcept override {
    const auto mailbox = mailbox_.lock();
    if (mailbox == nullptr) return;
    Lock lock(mailbox->mutex_);
    mailbox->check_planned_ = false;
    mailbox->unlock_and_tell(lock);
  }

 private:
  const std::weak_ptr<Mailbox> mailbox_;
};

bool Mailbox::is_time_to_tell() {
  const SteadyTime now = context_->clock->now().steady;
  if (now >= next_telling_) {
    next_telling_ = now + std::chrono::seconds(1);
    return true;
  }
  if (!std::exchange(check_planned_, true)) {
    context_->executor->post_at(next_telling_, std::make_shared<SlownessCheck>(weak_from_this()));
  }
  return false;
}

void Mailbox::hold() {
  const Lock lock(mutex_);
  held_ = true;
}

void Mailbox::release() {
  {
    const Lock lock(mutex_);
    held_ = false;
    settled_.notify_all();
    if (!std::exchange(resumes_, false)) return;
  }
  resume();
}

void Mailbox::pause() {
  const Lock lock(mutex_);
  resumes_ = false;
  paused_ = true;
  signals_.interrupted.store(true, std::memory_order_relaxed);
  if (intake_.end_idling()) parked_ = true;
}

void Mailbox::resume() {
  Lock lock(mutex_);
  if (held_) {
    resumes_ = true;
    return;
  }
  paused_ = false;
  signals_.interrupted.store(closed_, std::memory_order_relaxed);
  freeze();
  if (std::exchange(parked_, false)) intake_.begin_idling();
  call_strand(lock);
}

void Mailbox::close() {
  {
    const Lock lock(mutex_);
    closed_ = true;
    signals_.interrupted.store(true, std::memory_order_relaxed);
    room_.notify_all();
  }
  context_->budget.wake();
  clear([](const Record&) { return true; });
}

bool Mailbox::flush(SteadyTime deadline) {
  Lock lock(mutex_);
  freeze();
  replenish();
  const auto targets = pushed_;
  const auto reached = [&] {
    const bool replays = held_ && !closed_;
    return !replays && std::ranges::equal(left_, targets, std::ranges::greater_equal{});
  };
  bool in_time = true;
  while (!reached() && in_time) in_time = context_->executor->wait_until(lock, settled_, deadline);
  return reached();
}

bool Mailbox::wait_for_strand(SteadyTime deadline) {
  Lock lock(mutex_);
  bool in_time = true;
  while (under_way_ > 0 && in_time) {
    in_time = context_->executor->wait_until(lock, settled_, deadline);
  }
  return under_way_ == 0;
}

MailboxState Mailbox::state() {
  const Lock lock(mutex_);
  freeze();
  MailboxState state = counts_;
  state.waiting = queue_.size() + under_way_;
  state.held = held_ && !closed_;
  state.bytes = lease_.used().bytes;
  replenish();
  return state;
}

Error Mailbox::no_room(const Record& record) const {
  return fits(record) ? out_of_memory() : full();
}

Error Mailbox::full() const {
  const bool by_count = queue_.size() >= limits_.capacity;
  std::string text = name_ + " is full: ";
  text += by_count ? std::to_string(limits_.capacity) + " messages"
                   : std::to_string(limits_.max_bytes) + " bytes";
  return {Code::resource_exhausted, reason::queue_full,
          text + " wait; slow down, raise the limit, or choose another overflow policy"};
}

Error Mailbox::too_large(const Record& record) const {
  return {Code::invalid_argument, reason::too_large,
          "the payload has " + std::to_string(record.bytes) + " bytes, and all of " + name_ +
              " may hold " + std::to_string(limits_.max_bytes) +
              "; send less, or raise its max_bytes"};
}

Error Mailbox::out_of_memory() const {
  return {
      Code::resource_exhausted, reason::memory,
      name_ +
          ": the bus holds as much as it may; slow down, or raise its max_messages or max_bytes"};
}

Error Mailbox::closed() const {
  return {Code::failed_precondition, reason::closed, name_ + " is closed"};
}

void Mailbox::bury(Dead& dead) noexcept {
  for (Record* record : dead) detail::release(record);
  dead.clear();
}

}  // namespace modcomm::detail
