// Where a thread that looks for work is handed a task without a lock: one cache line, which goes from
// one core to the other once.
//
//   looker    if (handoff.open()) task = handoff.wait(…)  has nothing to do and looks for a while
//   poster    if (handoff.offer(task)) return;            somebody looks, and has it now
//   others    task = handoff.take()                       a task that its looker has not come to yet
//
// Threads.   Any. Each `open` is answered by one task at most, and each task is got by one thread.
// Order.     Open it only while nothing else is queued; then what it holds was posted before all else.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <utility>

#include <modcomm/executor.hpp>

#include "core/relax.hpp"

namespace modcomm::detail {

class Handoff {
 public:
  /// False if somebody looks already.
  bool open() noexcept {
    State closed = State::closed;
    return state_.compare_exchange_strong(closed, State::open, std::memory_order_relaxed);
  }

  /// True if somebody looked: the task has gone to them.
  bool offer(std::shared_ptr<Task>& task) noexcept {
    State open = State::open;
    if (state_.load(std::memory_order_relaxed) != open) return false;
    if (!state_.compare_exchange_strong(open, State::busy, std::memory_order_acquire)) return false;
    task_ = std::move(task);
    state_.store(State::full, std::memory_order_release);
    return true;
  }

  bool full() const noexcept { return state_.load(std::memory_order_relaxed) == State::full; }

  /// Null if it holds nothing.
  std::shared_ptr<Task> take() noexcept {
    State full = State::full;
    if (state_.load(std::memory_order_relaxed) != full) return nullptr;
    if (!state_.compare_exchange_strong(full, State::busy, std::memory_order_acquire))
      return nullptr;
    std::shared_ptr<Task> task = std::move(task_);
    state_.store(State::closed, std::memory_order_release);
    return task;
  }

  /// Looks until there is a task or `looks` is over, and closes. Null if there was none, or if another
  /// thread took it.
  std::shared_ptr<Task> wait(std::chrono::nanoseconds looks) noexcept {
    const auto end = std::chrono::steady_clock::now() + looks;
    while (is_open() && std::chrono::steady_clock::now() < end) {
      for (int look = 0; look < looks_between_clock_reads && is_open(); ++look) relax();
    }
    return close();
  }

  /// Nobody looks any more. The task that came all the same, or null.
  std::shared_ptr<Task> close() noexcept {
    State open = State::open;
    state_.compare_exchange_strong(open, State::closed, std::memory_order_relaxed);
    while (state_.load(std::memory_order_relaxed) == State::busy) std::this_thread::yield();
    return take();
  }

 private:
  /// busy: somebody puts a task in, or takes it out; it does so in a few instructions.
  enum class State : unsigned char { closed, open, busy, full };

  bool is_open() const noexcept { return state_.load(std::memory_order_relaxed) == State::open; }

  static constexpr int looks_between_clock_reads = 64;
  static constexpr std::size_t cache_line = 64;

  alignas(cache_line) std::atomic<State> state_ = State::closed;
  std::shared_ptr<Task> task_;
};

}  // namespace modcomm::detail
