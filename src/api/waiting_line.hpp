// Those who wait for a place, in the order in which they came; no threads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include <modcomm/clock.hpp>

namespace modcomm::detail {

/// Names a waiter; 0 names none.
using Ticket = std::uint64_t;

template <class Waiter>
class WaitingLine {
 public:
  bool empty() const noexcept { return items_.empty(); }
  std::size_t size() const noexcept { return items_.size(); }

  Ticket join(SteadyTime deadline, Waiter&& waiter) {
    items_.push_back({++last_ticket_, deadline, std::move(waiter)});
    return last_ticket_;
  }

  /// The oldest whose deadline has not come; those before it go to `expired`.
  std::optional<Waiter> next(SteadyTime now, std::vector<Waiter>& expired) {
    while (!items_.empty()) {
      Item item = std::move(items_.front());
      items_.pop_front();
      if (now < item.deadline) return std::move(item.waiter);
      expired.push_back(std::move(item.waiter));
    }
    return std::nullopt;
  }

  /// Takes out everybody whose deadline has come.
  void expire(SteadyTime now, std::vector<Waiter>& expired) {
    const auto late = [&](const Item& item) { return item.deadline <= now; };
    if (std::none_of(items_.begin(), items_.end(), late)) return;
    std::deque<Item> kept;
    for (Item& item : items_) {
      if (late(item)) {
        expired.push_back(std::move(item.waiter));
      } else {
        kept.push_back(std::move(item));
      }
    }
    items_ = std::move(kept);
  }

  std::optional<Waiter> cancel(Ticket ticket) {
    const auto item =
        std::lower_bound(items_.begin(), items_.end(), ticket,
                         [](const Item& one, Ticket wanted) { return one.ticket < wanted; });
    if (item == items_.end() || item->ticket != ticket) return std::nullopt;
    std::optional<Waiter> waiter(std::move(item->waiter));
    items_.erase(item);
    return waiter;
  }

 private:
  struct Item {
    Ticket ticket = 0;
    SteadyTime deadline{};
    Waiter waiter;
  };

  std::deque<Item> items_{};  // tickets rise
  Ticket last_ticket_ = 0;
};

}  // namespace modcomm::detail
