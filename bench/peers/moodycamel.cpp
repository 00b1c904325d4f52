// moodycamel::BlockingConcurrentQueue with producer and consumer tokens, emptied in bulk.
#include <concurrentqueue/blockingconcurrentqueue.h>

#include "peers/message.hpp"
#include "peers/peers.hpp"

namespace bench::peers {
namespace {

constexpr std::size_t bulk = 256;

template <class B>
struct Item {
  const char* type{};
  B body{};
};

template <class B>
const B& body_of(const Item<B>& item) {
  return item.body;
}

template <class B>
const B& body_of(const std::shared_ptr<const Message<B>>& item) {
  return item->body;
}

template <class T>
void receive_all(moodycamel::BlockingConcurrentQueue<T>& queue, Tally& tally) {
  moodycamel::ConsumerToken token(queue);
  std::vector<T> items(bulk);
  for (bool last = false; !last;) {
    const auto count = queue.wait_dequeue_bulk(token, items.begin(), bulk);
    for (std::size_t i = 0; i < count; ++i) last = tally.take(body_of(items[i]));
  }
}

template <class B, class MakeItem>
Figure run(const Load& load, std::uint64_t messages, MakeItem make_item) {
  using T = decltype(make_item(B{}));
  using Queue = moodycamel::BlockingConcurrentQueue<T>;
  const auto pinned = Flow::on(load.receiver_cores);
  Flow flow(load, messages);
  std::deque<Queue> queues(load.channels);
  std::vector<std::jthread> receivers;
  for (unsigned channel = 0; channel < load.channels; ++channel) {
    receivers.emplace_back([&, channel] { receive_all(queues[channel], flow.tally(channel)); });
  }
  return flow.measure<B>([&](unsigned producer) {
    auto& queue = queues[producer % load.channels];
    return [&queue, &make_item, token = moodycamel::ProducerToken(queue)](const B& body) mutable {
      queue.enqueue(token, make_item(body));
    };
  });
}

}  // namespace

Contender moodycamel_structs(const Load& load) {
  return flow_contender("moodycamel, structs", load,
                        []<class B>(const Load& l, std::uint64_t messages, const B&) {
                          return run<B>(l, messages, [](const B& b) { return Item<B>{topic, b}; });
                        });
}

Contender moodycamel_shared(const Load& load) {
  return flow_contender("moodycamel, shared_ptr", load,
                        []<class B>(const Load& l, std::uint64_t messages, const B&) {
                          return run<B>(l, messages, [](const B& b) { return shared_message(b); });
                        });
}

}  // namespace bench::peers
