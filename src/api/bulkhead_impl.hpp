// How a bulkhead works; included by bulkhead.hpp.
#pragma once

namespace modcomm::detail {

/// Takes a place, unless none is free or one of the `barred` bits is set.
template <class Waiter>
bool Bulkhead<Waiter>::take_place(std::uint64_t barred) noexcept {
  std::uint64_t places = places_.load(std::memory_order_relaxed);
  while ((places & barred) == 0 &&
         (places & ~waiting_mark) < limit_.load(std::memory_order_relaxed)) {
    if (places_.compare_exchange_weak(places, places + 1, std::memory_order_acq_rel)) return true;
  }
  return false;
}

/// Under the lock. Sets the mark while all places are taken, so that no leaver misses who joins;
/// false if one is free.
template <class Waiter>
bool Bulkhead<Waiter>::mark_waiting() noexcept {
  std::uint64_t places = places_.load(std::memory_order_relaxed);
  while ((places & ~waiting_mark) >= limit_.load(std::memory_order_relaxed)) {
    if (places_.compare_exchange_weak(places, places | waiting_mark, std::memory_order_acq_rel)) {
      return true;
    }
  }
  return false;
}

template <class Waiter>
void Bulkhead<Waiter>::unmark_if_empty(const Locked& locked) noexcept {
  if (locked.line.empty()) places_.fetch_and(~waiting_mark, std::memory_order_acq_rel);
}

template <class Waiter>
Entered<Waiter> Bulkhead<Waiter>::enter(SteadyTime now, SteadyTime deadline, Waiter&& waiter) {
  if (try_enter()) return {};
  return enter_line(now, deadline, std::move(waiter));
}

template <class Waiter>
Entered<Waiter> Bulkhead<Waiter>::enter_line(SteadyTime now, SteadyTime deadline, Waiter&& waiter) {
  Entered<Waiter> entered;
  const auto locked = locked_.lock();
  if (locked->line.size() >= locked->max_queued) locked->line.expire(now, entered.expired);
  locked->expired += entered.expired.size();
  for (;;) {
    if (locked->line.empty() && take_place(0)) break;
    if (deadline <= now) {
      entered.entry = Entry::expired;
      ++locked->expired;
      break;
    }
    if (locked->line.size() >= locked->max_queued) {
      entered.entry = Entry::refused;
      refused_.fetch_add(1, std::memory_order_relaxed);
      break;
    }
    if (!mark_waiting()) continue;
    entered.entry = Entry::queued;
    entered.ticket = locked->line.join(deadline, std::move(waiter));
    break;
  }
  unmark_if_empty(*locked);
  return entered;
}

template <class Waiter>
bool Bulkhead<Waiter>::try_leave() noexcept {
  std::uint64_t places = places_.load(std::memory_order_relaxed);
  while ((places & waiting_mark) == 0) {
    if (places_.compare_exchange_weak(places, places - 1, std::memory_order_acq_rel)) return true;
  }
  return false;
}

template <class Waiter>
Handover<Waiter> Bulkhead<Waiter>::leave(SteadyTime now) {
  if (try_leave()) return {};
  Handover<Waiter> handover;
  const auto locked = locked_.lock();
  const bool too_many = (places_.load(std::memory_order_relaxed) & ~waiting_mark) >
                        limit_.load(std::memory_order_relaxed);
  if (!too_many) handover.next = locked->line.next(now, handover.expired);
  locked->expired += handover.expired.size();
  if (!handover.next) places_.fetch_sub(1, std::memory_order_acq_rel);
  unmark_if_empty(*locked);
  return handover;
}

template <class Waiter>
std::optional<Waiter> Bulkhead<Waiter>::cancel(Ticket ticket) {
  const auto locked = locked_.lock();
  std::optional<Waiter> waiter = locked->line.cancel(ticket);
  unmark_if_empty(*locked);
  return waiter;
}

template <class Waiter>
std::optional<Waiter> Bulkhead<Waiter>::expire(Ticket ticket) {
  const auto locked = locked_.lock();
  std::optional<Waiter> waiter = locked->line.cancel(ticket);
  if (waiter) ++locked->expired;
  unmark_if_empty(*locked);
  return waiter;
}

template <class Waiter>
Opened<Waiter> Bulkhead<Waiter>::configure(const BulkheadOptions& options, SteadyTime now) {
  Opened<Waiter> opened;
  const auto locked = locked_.lock();
  locked->max_queued = options.max_queued;
  limit_.store(options.max_concurrent == 0 ? std::numeric_limits<std::uint32_t>::max()
                                           : options.max_concurrent,
               std::memory_order_relaxed);
  locked->line.expire(now, opened.expired);
  locked->expired += opened.expired.size();
  while (!locked->line.empty() && take_place(0)) {
    auto next = locked->line.next(now, opened.expired);
    if (next) opened.ready.push_back(std::move(*next));
  }
  unmark_if_empty(*locked);
  return opened;
}

template <class Waiter>
BulkheadInfo Bulkhead<Waiter>::info() const {
  const auto locked = locked_.lock();
  const std::uint64_t running = places_.load(std::memory_order_relaxed) & ~waiting_mark;
  return {.running = static_cast<std::uint32_t>(running),
          .queued = static_cast<std::uint32_t>(locked->line.size()),
          .refused = refused_.load(std::memory_order_relaxed),
          .expired = locked->expired};
}

}  // namespace modcomm::detail
