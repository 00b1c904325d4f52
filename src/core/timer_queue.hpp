// What is due when. A pure structure: its owner tells it the time.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>

#include <modcomm/clock.hpp>
#include <modcomm/executor.hpp>

namespace modcomm::detail {

class TimerQueue {
 public:
  TimerId add(SteadyTime at, std::shared_ptr<Task> task) {
    const TimerId id = ++last_id_;
    times_.emplace(id, at);
    tasks_.emplace(Key{at, id}, std::move(task));
    return id;
  }

  bool cancel(TimerId id) noexcept {
    const auto found = times_.find(id);
    if (found == times_.end()) return false;
    tasks_.erase(Key{found->second, id});
    times_.erase(found);
    return true;
  }

  /// When the next task is due; `never` if there is none.
  SteadyTime next() const noexcept { return tasks_.empty() ? never : tasks_.begin()->first.first; }

  /// The earliest task due at `now`, or null. Equal times come in the order of `add`.
  std::shared_ptr<Task> take_due(SteadyTime now) noexcept {
    if (next() == never || next() > now) return nullptr;
    auto node = tasks_.extract(tasks_.begin());
    times_.erase(node.key().second);
    return std::move(node.mapped());
  }

  std::size_t size() const noexcept { return tasks_.size(); }

 private:
  using Key = std::pair<SteadyTime, TimerId>;

  std::map<Key, std::shared_ptr<Task>> tasks_;
  std::unordered_map<TimerId, SteadyTime> times_;
  TimerId last_id_ = 0;
};

}  // namespace modcomm::detail
