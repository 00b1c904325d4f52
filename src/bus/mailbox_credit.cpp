#include <algorithm>
#include <thread>

#include "bus/mailbox.hpp"
#include "core/relax.hpp"

namespace modcomm::detail {
namespace {

/// What a busy mailbox grants at a time; an idle one keeps so little that many of them fit a bus.
constexpr std::size_t busy_bytes = std::size_t{256} << 10U;
constexpr std::size_t share_of_bus = 64;
constexpr std::size_t idle_bytes = 1'024;
constexpr std::size_t idle_messages = 16;

/// The most messages that are not over 80 %.
constexpr std::size_t calm_limit(std::size_t capacity) noexcept {
  return capacity - capacity / 5 - (capacity % 5 == 0 ? 0 : 1);
}

/// A publisher that has paid leaves its message within a few instructions, unless it is preempted.
void await_a_moment(int& looks) {
  constexpr int looks_before_yielding = 200;
  ++looks < looks_before_yielding ? relax() : std::this_thread::yield();
}

}  // namespace

/// Nobody can leave anything now, and everything that was left stands in the lanes.
void Mailbox::freeze() {
  revoke();
  int most_urgent = -1;
  for (int looks = 0; !intake_.empty(); await_a_moment(looks)) {
    most_urgent = std::max(most_urgent, collect());
  }
  if (most_urgent >= 0) announce(most_urgent);
}

void Mailbox::give_back() {
  const Lock lock(mutex_);
  revoke();
}

void Mailbox::revoke() {
  const Credit unused = intake_.revoke();
  granted_ -= unused;
  lease_.remove(unused);
}

/// Brings what publishers left into the lanes; says how urgent the most urgent of it is.
int Mailbox::collect() {
  int most_urgent = -1;
  while (Record* const record = intake_.collect()) {
    granted_ -= {.messages = 1, .bytes = record->bytes};
    append(record);
    most_urgent = std::max(most_urgent, static_cast<int>(record->priority));
  }
  return most_urgent;
}

/// Fewer than the intake holds where that is a large share of what the bus may hold.
std::size_t Mailbox::most_at_a_time() const noexcept {
  const std::size_t all = context_->budget.limit().messages;
  return all == 0 ? Intake::cells : std::min(Intake::cells, all / share_of_bus);
}

/// Grants anew once half is used.
void Mailbox::replenish() {
  const std::size_t portion = std::min(busy_bytes, context_->budget.limit().bytes / share_of_bus);
  const bool plenty = granted_.messages >= most_at_a_time() / 2 && granted_.bytes >= portion / 2;
  if (!plenty) grant(most_at_a_time(), portion);
}

void Mailbox::grant(std::size_t most_messages, std::size_t most_bytes) {
  if (closed_ || conflates() || context_->budget.tight()) return;
  const std::size_t limit = room_until_slow(limits_.max_bytes);
  const std::size_t room = limit - std::min(limit, lease_.used().bytes);
  Credit credit{.messages = most_messages - std::min(most_messages, granted_.messages),
                .bytes = most_bytes - std::min(most_bytes, granted_.bytes)};
  credit.messages = std::min(credit.messages, room_for_messages());
  credit.bytes = std::min(credit.bytes, room);
  if (!lease_.add(credit)) return;
  granted_ += credit;
  intake_.grant(credit);
}

/// Up to the limit, or to where the mailbox begins to be slow: that one is announced.
std::size_t Mailbox::room_until_slow(std::size_t limit) const noexcept {
  return counts_.slow ? limit : calm_limit(limit);
}

std::size_t Mailbox::room_for_messages() const noexcept {
  const std::size_t limit = room_until_slow(limits_.capacity);
  const std::size_t taken = queue_.size() + reserved_ + granted_.messages;
  return limit - std::min(limit, taken);
}

/// Tells the strand what has come.
void Mailbox::announce(int lane) noexcept {
  int seen = signals_.most_urgent_arrival.load(std::memory_order_relaxed);
  while (seen < lane && !signals_.most_urgent_arrival.compare_exchange_weak(
                            seen, lane, std::memory_order_relaxed)) {
  }
}

/// Ends the strand if there is nothing to do; the next publisher calls it.
bool Mailbox::rest() {
  revoke();
  collect();
  const bool stopped = paused_ || closed_;
  if (!stopped && !(queue_.empty() && intake_.empty())) {
    replenish();
    return false;
  }
  stopped ? static_cast<void>(parked_ = true) : intake_.begin_idling();
  grant(std::min(idle_messages, most_at_a_time()), idle_bytes);
  return true;
}

}  // namespace modcomm::detail
