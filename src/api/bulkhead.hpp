// At most so many calls at once, and a bounded line of those that wait.
//
//   auto entered = bulkhead.enter(now, deadline, call);          // call: std::shared_ptr<Call>
//   if (entered.entry == Entry::run) call->run();
//   ...
//   auto handover = bulkhead.leave(now);                         // when the call has ended
//   if (handover.next) (*handover.next)->run();                  // it has the place now
//   for (auto& late : handover.expired) late->give_up();
//
// Places go to the oldest waiter whose deadline has not come. Nothing here calls a waiter.
//
// Threads.   Everything from any thread. While nobody waits, no lock is taken.
// Order.     First come, first served.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include <modcomm/resilience.hpp>

#include "api/waiting_line.hpp"
#include "core/guarded.hpp"

namespace modcomm::detail {

enum class Entry : std::uint8_t { run, queued, refused, expired };

/// What became of a call at the door.
template <class Waiter>
struct Entered {
  Entry entry = Entry::run;
  Ticket ticket = 0;              ///< Of a queued one, for `cancel`.
  std::vector<Waiter> expired{};  ///< Thrown out of the line, since their deadline has come.
};

/// Whom a place that became free goes to.
template <class Waiter>
struct Handover {
  std::optional<Waiter> next{};
  std::vector<Waiter> expired{};
};

/// Who may run, oldest first, since there are more places.
template <class Waiter>
struct Opened {
  std::vector<Waiter> ready{};
  std::vector<Waiter> expired{};
};

template <class Waiter>
class Bulkhead {
 public:
  explicit Bulkhead(const BulkheadOptions& options = {}) { configure(options, SteadyTime{}); }
  Bulkhead(const Bulkhead&) = delete;
  Bulkhead& operator=(const Bulkhead&) = delete;
  ~Bulkhead() = default;

  /// Enters if a place is free and nobody waits for it: needs no time and no waiter.
  bool try_enter() noexcept { return take_place(waiting_mark); }

  /// Leaves if nobody waits for the place; else `leave` has to hand it over.
  bool try_leave() noexcept;

  /// Takes `waiter` only if it is queued.
  Entered<Waiter> enter(SteadyTime now, SteadyTime deadline, Waiter&& waiter);

  /// Ends a call that ran.
  Handover<Waiter> leave(SteadyTime now);

  /// Takes a waiter out of the line; empty if it has left it already.
  std::optional<Waiter> cancel(Ticket ticket);
  /// The same for one whose deadline has come, which is counted.
  std::optional<Waiter> expire(Ticket ticket);

  /// Takes new options, which must be valid. Who is too many stays until it leaves.
  Opened<Waiter> configure(const BulkheadOptions& options, SteadyTime now);

  BulkheadInfo info() const;

 private:
  // Places taken, and whether anybody waits: only then does a leaver need the lock. The mark is
  // set and removed under the lock, and as long as it stands, nobody enters or leaves without it.
  static constexpr std::uint64_t waiting_mark = std::uint64_t{1} << 32U;

  struct Locked {
    WaitingLine<Waiter> line{};
    std::uint32_t max_queued = 0;
    std::uint64_t expired = 0;
  };

  bool take_place(std::uint64_t barred) noexcept;
  bool mark_waiting() noexcept;
  Entered<Waiter> enter_line(SteadyTime now, SteadyTime deadline, Waiter&& waiter);
  void unmark_if_empty(const Locked& locked) noexcept;

  std::atomic<std::uint64_t> places_{0};
  std::atomic<std::uint64_t> limit_{0};
  std::atomic<std::uint64_t> refused_{0};
  Guarded<Locked> locked_{};
};

}  // namespace modcomm::detail

#include "api/bulkhead_impl.hpp"
