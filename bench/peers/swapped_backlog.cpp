// What one writes by hand: mutex, condition variable, and a receiver that takes the whole backlog
// at once.
#include <condition_variable>
#include <mutex>

#include "peers/message.hpp"
#include "peers/peers.hpp"

namespace bench::peers {
namespace {

template <class T>
class Backlog {
 public:
  void push(T item) {
    bool wake = false;
    {
      const std::lock_guard lock(mutex_);
      items_.push_back(std::move(item));
      wake = std::exchange(waiting_, false);
    }
    if (wake) filled_.notify_one();
  }

  /// Waits for at least one item; `taken` must be empty.
  void take_all(std::vector<T>& taken) {
    std::unique_lock lock(mutex_);
    while (items_.empty()) {
      waiting_ = true;
      filled_.wait(lock);
    }
    taken.swap(items_);
  }

 private:
  std::mutex mutex_{};
  std::condition_variable filled_{};
  std::vector<T> items_{};
  bool waiting_ = false;
};

template <class T>
void receive_all(Backlog<T>& backlog, Tally& tally) {
  std::vector<T> taken;
  for (bool last = false; !last;) {
    taken.clear();
    backlog.take_all(taken);
    for (const auto& message : taken) last = tally.take(message->body);
  }
}

template <class B>
Figure run(const Load& load, std::uint64_t messages) {
  const auto pinned = Flow::on(load.receiver_cores);
  Flow flow(load, messages);
  std::deque<Backlog<std::shared_ptr<const Message<B>>>> backlogs(load.channels);
  std::vector<std::jthread> receivers;
  for (unsigned channel = 0; channel < load.channels; ++channel) {
    receivers.emplace_back([&, channel] { receive_all(backlogs[channel], flow.tally(channel)); });
  }
  return flow.measure<B>([&](unsigned producer) {
    return [&backlog = backlogs[producer % load.channels]](const B& body) {
      backlog.push(shared_message(body));
    };
  });
}

}  // namespace

Contender swapped_backlog(const Load& load) {
  return flow_contender(
      "mutex, condvar, swap", load,
      []<class B>(const Load& l, std::uint64_t messages, const B&) { return run<B>(l, messages); });
}

}  // namespace bench::peers
