#include <algorithm>
#include <thread>

#include "bus/mailbox.hpp"
#include "core/prefetch.hpp"
#include "core/relax.hpp"
#include "core/spinning_lock.hpp"

namespace modcomm::detail {
namespace {

/// A batch that took longer is followed by a smaller one, so that limits and stops act soon.
constexpr std::chrono::nanoseconds slow_batch = std::chrono::microseconds(50);

}  // namespace

Record* Batch::next() noexcept {
  if (position_ == size_) return nullptr;
  const QueuedRecord& item = items_[position_];
  const int arrival = mailbox_.signals_.most_urgent_arrival.load(std::memory_order_relaxed);
  const bool first = position_ == 0;  // its turn has come, whoever arrives
  if (arrival > static_cast<int>(item.lane) && !first) return nullptr;
  if (mailbox_.signals_.interrupted.load(std::memory_order_relaxed)) return nullptr;
  ++position_;
  if (position_ < size_) prefetch_to_read(items_[position_].record);
  done_bytes_ += item.record->bytes;  // which is delivered next
  ++done_[item.lane];
  return item.record;
}

void Mailbox::run() noexcept {
  const std::shared_ptr<MailboxOwner> owner = owner_.lock();
  if (owner == nullptr) return;
  const SlotLease slot(context_->slots);
  const Frame frame(*context_, this, *slot);
  Batch batch(*this);
  unsigned pauses = 1;
  for (;;) {
    if (take(batch)) {
      owner->deliver(batch, *slot);
      if (context_->executor->crowded()) return give_way(batch);
    } else if (!await_arrival(pauses, batch.last_size_)) {
      if (end_strand()) return;
      std::this_thread::yield();  // a publisher was preempted while it left something
    }
  }
}

/// Settles the last batch and fills the next. False: there is nothing to do.
bool Mailbox::take(Batch& batch) {
  Dead dead;
  const SteadyTime now = context_->clock->now().steady;
  Lock lock = lock_spinning(mutex_);
  settle(batch, dead);
  collect();
  refill(batch, now, dead);
  replenish();
  unlock_and_tell(lock);
  if (!dead.empty()) bury(dead);
  return batch.size_ > 0;
}

/// Stays on the strand for a moment: to be scheduled again costs both sides more. True if something
/// arrived. Where several have come between two looks, or one at once, there is a stream: the next look
/// is later, so that a busy publisher is not disturbed and a batch gathers.
bool Mailbox::await_arrival(unsigned& pauses, std::size_t last_batch) const {
  constexpr int looks_between_clock_reads = 16;
  constexpr unsigned at_once = 16;
  constexpr unsigned most_pauses = 64;
  const auto end = std::chrono::steady_clock::now() + context_->options.linger;
  unsigned paused = 0;
  do {
    for (int look = 0; look < looks_between_clock_reads; ++look) {
      if (signals_.interrupted.load(std::memory_order_relaxed)) return false;
      if (intake_.has_arrival() ||
          signals_.most_urgent_arrival.load(std::memory_order_relaxed) >= 0) {
        const bool stream = paused <= at_once || (last_batch > 1 && paused <= most_pauses);
        pauses = stream ? std::min(most_pauses, pauses * 2) : 1;
        return true;
      }
      if (context_->executor->crowded()) return false;
      for (unsigned pause = 0; pause < pauses; ++pause) relax();
      paused += pauses;
    }
  } while (std::chrono::steady_clock::now() < end);
  return false;
}

/// False if something arrived meanwhile.
bool Mailbox::end_strand() {
  const Lock lock = lock_spinning(mutex_);
  return rest();
}

/// Ends the strand for now, and goes to the back of the line if there is more to do.
void Mailbox::give_way(Batch& batch) {
  Dead dead;
  Lock lock = lock_spinning(mutex_);
  settle(batch, dead);
  const bool more = !rest();
  unlock_and_tell(lock);
  if (more) context_->executor->post(shared_from_this());
  bury(dead);
}

/// Accounts for what the batch did, and puts back what it left.
void Mailbox::settle(Batch& batch, Dead& dead) {
  if (batch.size_ == 0) return;
  lease_.remove({.messages = batch.position_, .bytes = std::exchange(batch.done_bytes_, 0)});
  for (std::size_t lane = 0; lane < lane_count; ++lane) {
    left_[lane] += std::exchange(batch.done_[lane], 0);
  }
  counts_.expired += std::exchange(batch.expired_, 0);
  put_back_rest(batch, dead);
  batch.last_size_ = std::exchange(batch.size_, 0);
  batch.position_ = 0;
  under_way_ = 0;
  settled_.notify_all();
  wake_publishers(false);
}

void Mailbox::put_back_rest(Batch& batch, Dead& dead) {
  if (batch.position_ == batch.size_) return;
  queue_.take_only(std::span(batch.items_).first(batch.position_));
  for (std::size_t i = batch.size_; i-- > batch.position_;) {
    const QueuedRecord& item = batch.items_[i];
    const bool replaced = conflates() && conflation_.find(*item.record) != nullptr;
    if (!closed_ && !replaced) {
      queue_.put_back(item);
      if (conflates()) conflation_.add(item.record);
      continue;
    }
    lease_.remove(cost_of(*item.record));
    ++left_[item.lane];
    ++(closed_ ? counts_.cleared : counts_.dropped);
    dead.push_back(item.record);
  }
}

void Mailbox::refill(Batch& batch, SteadyTime now, Dead& dead) {
  const SteadyTime last = std::exchange(batch.taken_, now);
  const bool was_slow = last != SteadyTime{} && batch.taken_ - last > slow_batch;
  batch_limit_ = was_slow ? std::max<std::size_t>(1, batch_limit_ / 2)
                          : std::min(Batch::max_size, batch_limit_ * 2);
  if (paused_ || closed_) return;
  batch.size_ = queue_.take(std::span(batch.items_).first(batch_limit_));
  if (conflates()) {
    for (QueuedRecord& item : std::span(batch.items_).first(batch.size_)) {
      Record* const newest = conflation_.take(item.record);
      if (newest == item.record) continue;
      dead.push_back(item.record);
      item = QueuedRecord(newest);
    }
  }
  under_way_ = batch.size_;
  set_signals(batch);
  wake_publishers(was_slow);
}

/// Publishers read these lines: nothing is written that is so already.
void Mailbox::set_signals(const Batch& batch) noexcept {
  const auto set = [](std::atomic<int>& signal, int value) {
    if (signal.load(std::memory_order_relaxed) != value) {
      signal.store(value, std::memory_order_relaxed);
    }
  };
  const auto items = std::span(batch.items_).first(batch.size_);
  const auto least = std::ranges::min_element(items, {}, &QueuedRecord::lane);
  if (least != items.end()) set(signals_.least_urgent_under_way, static_cast<int>(least->lane));
  set(signals_.most_urgent_arrival, -1);
}

/// Late enough that blocked publishers find much room, unless handlers are so slow that a wake-up
/// costs nothing beside them.
void Mailbox::wake_publishers(bool batch_was_slow) {
  if (blocked_publishers_ == 0) return;
  const bool much_room = queue_.size() <= limits_.capacity / 2;
  if (batch_was_slow || much_room) room_.notify_all();
}

/// Lets publishers go on, unlocks, and schedules the strand if it has work and does not run.
void Mailbox::call_strand(Lock& lock) {
  replenish();
  const bool wanted = !paused_ && !queue_.empty() && intake_.end_idling();
  unlock_and_tell(lock);
  if (wanted) context_->executor->post(shared_from_this());
}

}  // namespace modcomm::detail
