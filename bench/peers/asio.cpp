// Boost.Asio: messages posted to a thread_pool of one thread for one channel, to strands on two
// threads for several.
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#include "peers/message.hpp"
#include "peers/peers.hpp"

namespace bench::peers {
namespace {

namespace asio = boost::asio;

template <class B, class Executor>
auto sender(const Executor& executor, Tally& tally) {
  return [executor, &tally](const B& body) {
    asio::post(executor, [message = shared_message(body), &tally] { tally.take(message->body); });
  };
}

template <class B>
Figure run(const Load& load, std::uint64_t messages) {
  const auto pinned = Flow::on(load.receiver_cores);
  Flow flow(load, messages);
  asio::thread_pool pool(std::min(load.channels, 2U));
  if (load.channels == 1) {
    return flow.measure<B>([&](unsigned) { return sender<B>(pool.get_executor(), flow.tally(0)); });
  }
  std::vector<asio::strand<asio::thread_pool::executor_type>> strands;
  for (unsigned channel = 0; channel < load.channels; ++channel) {
    strands.push_back(asio::make_strand(pool));
  }
  return flow.measure<B>([&](unsigned producer) {
    const auto channel = producer % load.channels;
    return sender<B>(strands[channel], flow.tally(channel));
  });
}

}  // namespace

Contender asio_thread_pool(const Load& load) {
  return flow_contender(
      "Boost.Asio thread_pool", load,
      []<class B>(const Load& l, std::uint64_t messages, const B&) { return run<B>(l, messages); });
}

}  // namespace bench::peers
