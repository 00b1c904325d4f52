// The events that a bus remembers: a bounded line, the newest at its end.
//
// Threads.   Any.
// Lifetime.  What is forgotten dies outside the lock, since its data may be of a user's type.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include <modcomm/event.hpp>
#include <modcomm/glob.hpp>

namespace modcomm::detail {

/// Which events a query means; its glob is compiled.
class EventMatch {
 public:
  /// invalid_argument / bad_pattern.
  static Result<EventMatch> make(const EventQuery& query);

  bool operator()(const Event& event) const;

 private:
  EventMatch(EventQuery query, Glob name) : query_(std::move(query)), name_(std::move(name)) {}

  EventQuery query_;
  Glob name_;
};

class History {
 public:
  explicit History(HistoryOptions options) : options_(options) {}

  /// Remembers the event if `put(ordinal)` answers true: events are remembered in the order in which
  /// they were put. `put` runs with the lock.
  template <class Put>
  bool add(Event event, WallTime now, Put put);

  /// invalid_argument / bad_pattern or validation.
  Result<EventPage> find(const EventQuery& query, WallTime now);
  std::uint64_t clear(const EventMatch& match, WallTime now);

  /// All there is, oldest first. Before, `begin(ordinal of the newest one)` runs, with the lock: no event
  /// is put between both.
  template <class Begin>
  std::vector<Event> snapshot(WallTime now, Begin begin);

  /// All but counts of deliveries.
  EventInfo info(WallTime now);

 private:
  struct Kept {
    std::uint64_t ordinal;
    Event event;
  };
  using Line = std::deque<Kept>;
  using Lock = std::unique_lock<std::mutex>;

  bool over_limits(WallTime now) const noexcept;
  /// What the limits no longer allow; let it die without the lock.
  Line forget(WallTime now);
  static Result<std::uint64_t> ordinal_of(const EventQuery& query);

  const HistoryOptions options_;
  std::mutex mutex_;
  // guarded by mutex_
  Line line_;
  std::size_t bytes_ = 0;
  std::uint64_t last_ordinal_ = 0;
  std::uint64_t forgotten_ = 0;
  std::uint64_t cleared_ = 0;
};

template <class Put>
bool History::add(Event event, WallTime now, Put put) {
  Line forgotten;
  const Lock lock(mutex_);
  if (!put(last_ordinal_ + 1)) return false;
  ++last_ordinal_;
  bytes_ += event.size();
  line_.push_back({last_ordinal_, std::move(event)});
  if (over_limits(now)) forgotten = forget(now);
  return true;
}

template <class Begin>
std::vector<Event> History::snapshot(WallTime now, Begin begin) {
  Line forgotten;
  const Lock lock(mutex_);
  forgotten = forget(now);
  begin(last_ordinal_);
  std::vector<Event> all;
  all.reserve(line_.size());
  for (const Kept& kept : line_) all.push_back(kept.event);
  return all;
}

}  // namespace modcomm::detail
