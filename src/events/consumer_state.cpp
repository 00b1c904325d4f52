#include "events/consumer_state.hpp"

#include <algorithm>

namespace modcomm::detail {
namespace {

constexpr std::size_t longest_error = 1'024;
constexpr std::chrono::nanoseconds longest_wait = std::chrono::hours(24 * 365);
constexpr std::string_view too_often = "max_deliveries";

void note(std::vector<DeliveryAttempt>& history, std::string error, WallTime time) {
  if (error.size() > longest_error) error.resize(longest_error);
  if (history.size() == ConsumerState::kept_attempts) history.erase(history.begin());
  history.push_back({.time = time, .error = std::move(error)});
}

}  // namespace

ConsumerState::ConsumerState(ConsumerRules rules, const store::ConsumerPosition& position,
                             Moment now)
    : rules_(std::move(rules)), next_(position.next) {
  for (const store::PendingEvent& event : position.pending) {
    Entry& entry = pending_[event.sequence];
    entry.attempts = event.attempts;
    entry.redriven = event.redriven;
    entry.history = event.history;
    if (is_last(entry)) {
      if (entry.history.size() < std::min<std::size_t>(entry.attempts, kept_attempts)) {
        note(entry.history, "the process ended while it was being handled", now.wall);
      }
      die(event.sequence, entry, std::string(too_often));
    } else {
      const auto left = std::max(event.due - now.wall, std::chrono::nanoseconds(0));
      enter(event.sequence, entry, Stage::waiting, after(now.steady, left));
    }
  }
}

// ---- stages ----

void ConsumerState::leave_stage(std::uint64_t sequence, const Entry& entry) {
  leases_.erase({entry.at, sequence});
  waiting_.erase({entry.at, sequence});
  dying_.erase(sequence);
}

void ConsumerState::enter(std::uint64_t sequence, Entry& entry, Stage stage, SteadyTime at) {
  leave_stage(sequence, entry);
  entry.stage = stage;
  entry.at = at;
  if (stage == Stage::leased) leases_.emplace(at, sequence);
  if (stage == Stage::waiting) waiting_.emplace(at, sequence);
  if (stage == Stage::dying) dying_.insert(sequence);
}

void ConsumerState::remove(std::uint64_t sequence) {
  const auto found = pending_.find(sequence);
  if (found == pending_.end()) return;
  leave_stage(sequence, found->second);
  pending_.erase(found);
}

void ConsumerState::die(std::uint64_t sequence, Entry& entry, std::string reason) {
  entry.reason = std::move(reason);
  enter(sequence, entry, Stage::dying, entry.at);
}

void ConsumerState::undo_delivery(std::uint64_t sequence, Entry& entry, SteadyTime now) {
  --entry.attempts;
  entry.delivery = 0;
  enter(sequence, entry, Stage::waiting, now);
}

std::chrono::nanoseconds ConsumerState::backoff(std::uint32_t attempts) const {
  if (rules_.backoff.empty()) return std::chrono::nanoseconds(0);
  return rules_.backoff[std::min<std::size_t>(attempts, rules_.backoff.size()) - 1];
}

void ConsumerState::failed(std::uint64_t sequence, Entry& entry, std::string error,
                           std::optional<std::chrono::nanoseconds> delay, Moment now) {
  note(entry.history, std::move(error), now.wall);
  if (is_last(entry)) return die(sequence, entry, std::string(too_often));
  const auto wait = std::clamp(delay.value_or(backoff(entry.attempts)), std::chrono::nanoseconds(0),
                               longest_wait);
  enter(sequence, entry, Stage::waiting, after(now.steady, wait));
}

// ---- handing out ----

ConsumerState::Offer ConsumerState::offer(SteadyTime now) const {
  if (!waiting_.empty() && waiting_.begin()->first <= now) {
    return {Offer::Kind::again, waiting_.begin()->second};
  }
  if (pending_.size() < rules_.max_outstanding) return {Offer::Kind::fresh, next_};
  return {};
}

ConsumerState::Lease ConsumerState::lease(std::uint64_t sequence, MemberId member, Moment now) {
  next_ = std::max(next_, sequence + 1);
  Entry& entry = pending_[sequence];
  entry.member = member;
  entry.delivery = ++last_delivery_;
  ++entry.attempts;
  enter(sequence, entry, Stage::leased, after(now.steady, rules_.ack_wait));
  return {.delivery = entry.delivery, .attempt = entry.attempts};
}

void ConsumerState::pass(std::uint64_t sequence) { next_ = std::max(next_, sequence + 1); }

void ConsumerState::forget(std::uint64_t sequence) { remove(sequence); }

// ---- answers ----

/// Also one whose time is over, as long as nothing else became of it.
ConsumerState::Entry* ConsumerState::find(DeliveryId id) {
  const auto found = pending_.find(id.sequence);
  if (found == pending_.end() || found->second.delivery != id.delivery) return nullptr;
  return found->second.stage == Stage::dying ? nullptr : &found->second;
}

bool ConsumerState::ack(DeliveryId id) {
  if (find(id) == nullptr) return false;
  remove(id.sequence);
  return true;
}

bool ConsumerState::fail(DeliveryId id, std::string error,
                         std::optional<std::chrono::nanoseconds> delay, Moment now) {
  Entry* const entry = find(id);
  if (entry == nullptr || entry->stage != Stage::leased) return false;
  failed(id.sequence, *entry, std::move(error), delay, now);
  return true;
}

bool ConsumerState::extend(DeliveryId id, std::optional<std::chrono::nanoseconds> time,
                           SteadyTime now) {
  Entry* const entry = find(id);
  if (entry == nullptr || entry->stage != Stage::leased) return false;
  enter(id.sequence, *entry, Stage::leased, after(now, time.value_or(rules_.ack_wait)));
  return true;
}

bool ConsumerState::terminate(DeliveryId id, std::string_view reason, std::string why, Moment now) {
  Entry* const entry = find(id);
  if (entry == nullptr) return false;
  note(entry->history, std::move(why), now.wall);
  die(id.sequence, *entry, std::string(reason));
  return true;
}

bool ConsumerState::give_back(DeliveryId id, SteadyTime now) {
  Entry* const entry = find(id);
  if (entry == nullptr || entry->stage != Stage::leased) return false;
  undo_delivery(id.sequence, *entry, now);
  return true;
}

// ---- time, and members that go ----

std::uint64_t ConsumerState::tick(Moment now) {
  std::uint64_t ended = 0;
  while (!leases_.empty() && leases_.begin()->first <= now.steady) {
    const std::uint64_t sequence = leases_.begin()->second;
    failed(sequence, pending_.at(sequence), "nobody answered in time", {}, now);
    ++ended;
  }
  return ended;
}

SteadyTime ConsumerState::next_change() const {
  SteadyTime next = never;
  if (!leases_.empty()) next = std::min(next, leases_.begin()->first);
  if (!waiting_.empty()) next = std::min(next, waiting_.begin()->first);
  return next;
}

void ConsumerState::leave(MemberId member, std::uint64_t except, SteadyTime now) {
  for (auto& [sequence, entry] : pending_) {
    if (entry.stage != Stage::leased || entry.member != member || sequence == except) continue;
    undo_delivery(sequence, entry, now);
  }
}

void ConsumerState::give_all_back(SteadyTime now) {
  for (auto& [sequence, entry] : pending_) {
    if (entry.stage == Stage::leased) undo_delivery(sequence, entry, now);
  }
}

void ConsumerState::seek(std::uint64_t next) {
  pending_.clear();
  leases_.clear();
  waiting_.clear();
  dying_.clear();
  next_ = next;
}

void ConsumerState::readmit(std::uint64_t sequence, std::uint32_t redriven, SteadyTime now) {
  if (sequence >= next_ || pending_.contains(sequence)) return;  // it comes anyway
  Entry& entry = pending_[sequence];
  entry.redriven = redriven;
  enter(sequence, entry, Stage::waiting, now);
}

// ---- the end of an event ----

ConsumerState::Obituary ConsumerState::obituary(std::uint64_t sequence) const {
  const Entry& entry = pending_.at(sequence);
  return {.reason = entry.reason,
          .deliveries = entry.attempts,
          .redriven = entry.redriven,
          .attempts = entry.history};
}

void ConsumerState::bury(std::uint64_t sequence) { remove(sequence); }

store::ConsumerPosition ConsumerState::snapshot(Moment now) const {
  store::ConsumerPosition position{.next = next_};
  for (const auto& [sequence, entry] : pending_) {
    const bool waits = entry.stage == Stage::waiting && entry.at > now.steady;
    position.pending.push_back({.sequence = sequence,
                                .attempts = entry.attempts,
                                .due = waits ? now.wall + (entry.at - now.steady) : now.wall,
                                .redriven = entry.redriven,
                                .history = entry.history});
  }
  return position;
}

}  // namespace modcomm::detail
