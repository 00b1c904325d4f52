// oneTBB concurrent_bounded_queue of shared messages, without a bound: that is its fastest form.
#include <oneapi/tbb/concurrent_queue.h>

#include "peers/message.hpp"
#include "peers/peers.hpp"

namespace bench::peers {
namespace {

template <class B>
Figure run(const Load& load, std::uint64_t messages) {
  using Queue = oneapi::tbb::concurrent_bounded_queue<std::shared_ptr<const Message<B>>>;
  const auto pinned = Flow::on(load.receiver_cores);
  Flow flow(load, messages);
  std::deque<Queue> queues(load.channels);
  std::vector<std::jthread> receivers;
  for (unsigned channel = 0; channel < load.channels; ++channel) {
    receivers.emplace_back([&queue = queues[channel], &tally = flow.tally(channel)] {
      std::shared_ptr<const Message<B>> message;
      do queue.pop(message);
      while (!tally.take(message->body));
    });
  }
  return flow.measure<B>([&](unsigned producer) {
    return [&queue = queues[producer % load.channels]](const B& body) {
      queue.push(shared_message(body));
    };
  });
}

}  // namespace

Contender tbb_bounded_queue(const Load& load) {
  return flow_contender(
      "TBB bounded queue", load,
      []<class B>(const Load& l, std::uint64_t messages, const B&) { return run<B>(l, messages); });
}

}  // namespace bench::peers
