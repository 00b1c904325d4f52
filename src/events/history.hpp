// The events that a bus remembers: a bounded line, the newest at its end.
//
// Threads.   Any.
// Lifetime.  What is forgotten dies outside the lock, since its data may be of a user's type.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include <modcomm/event.hpp>
#include <modcomm/glob.hpp>

namespace modcomm::detail {

/// An event is a message, told in other words.
class EventAccess {
 public:
  static Event event(Message message) noexcept { return Event(std::move(message)); }
  static const Message& message(const Event& event) noexcept { return event.message_; }
};

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

/// A remembered event, and which stored one was the newest when it was put: itself, if it is stored.
struct Remembered {
  std::uint64_t ordinal = 0;
  std::uint64_t sequence = 0;
  Event event;

  bool is_stored() const noexcept { return event.sequence() != 0; }
};

/// Behind which ordinal or sequence a page begins; 0 on the first page. invalid_argument / validation.
Result<std::uint64_t> start_of_page(const EventQuery& query);

class History {
 public:
  explicit History(HistoryOptions options) : options_(options) {}

  /// How far the events go that were put so far.
  struct Mark {
    std::uint64_t ordinal = 0;   ///< Of the newest one that was remembered.
    std::uint64_t sequence = 0;  ///< Of the newest one that was stored.
  };

  const HistoryOptions& options() const noexcept { return options_; }

  /// Remembers the event if `put(ordinal)` answers true: events are remembered in the order in which
  /// they were put. `put` runs with the lock.
  template <class Put>
  bool add(Event event, WallTime now, Put put);
  /// The same for a stored one that is not remembered.
  template <class Put>
  void pass(std::uint64_t sequence, Put put);

  /// invalid_argument / bad_pattern or validation.
  Result<EventPage> find(const EventQuery& query, WallTime now);
  std::uint64_t clear(const EventMatch& match, WallTime now);

  /// All there is, oldest first. Before, `begin(mark)` runs, with the lock: no event is put between both.
  template <class Begin>
  std::vector<Remembered> snapshot(WallTime now, Begin begin);

  /// All but counts of deliveries.
  EventInfo info(WallTime now);

 private:
  using Line = std::deque<Remembered>;
  using Gone = std::vector<Remembered>;  // which, unlike a deque, costs nothing while empty
  using Lock = std::unique_lock<std::mutex>;

  bool over_limits(WallTime now) const noexcept;
  /// What the limits no longer allow; let it die without the lock.
  Gone forget(WallTime now);

  const HistoryOptions options_;
  std::mutex mutex_;
  // guarded by mutex_
  Line line_;
  std::size_t bytes_ = 0;
  Mark mark_;
  std::uint64_t forgotten_ = 0;
  std::uint64_t cleared_ = 0;
};

template <class Put>
bool History::add(Event event, WallTime now, Put put) {
  Gone forgotten;
  const Lock lock(mutex_);
  const std::uint64_t sequence = event.sequence();
  if (!put(mark_.ordinal + 1)) return false;
  ++mark_.ordinal;
  mark_.sequence = std::max(mark_.sequence, sequence);
  bytes_ += event.size();
  line_.push_back({mark_.ordinal, mark_.sequence, std::move(event)});
  if (over_limits(now)) forgotten = forget(now);
  return true;
}

template <class Put>
void History::pass(std::uint64_t sequence, Put put) {
  const Lock lock(mutex_);
  mark_.sequence = std::max(mark_.sequence, sequence);
  put();
}

template <class Begin>
std::vector<Remembered> History::snapshot(WallTime now, Begin begin) {
  Gone forgotten;
  const Lock lock(mutex_);
  forgotten = forget(now);
  begin(mark_);
  return {line_.begin(), line_.end()};
}

}  // namespace modcomm::detail
