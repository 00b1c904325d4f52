// ZeroMQ inproc: a topic frame and a body frame a message, no high-water mark, so nothing is lost.
// Publishers are XPUB sockets: they are PUB sockets that also tell when a subscription has come.
#include <zmq.hpp>

#include "flow.hpp"
#include "peers/peers.hpp"

namespace bench::peers {
namespace {

std::string address(unsigned channel) { return "inproc://channel-" + std::to_string(channel); }

zmq::socket_t socket_of(zmq::context_t& context, zmq::socket_type type) {
  zmq::socket_t socket(context, type);
  socket.set(zmq::sockopt::sndhwm, 0);
  socket.set(zmq::sockopt::rcvhwm, 0);
  return socket;
}

template <class B>
void receive_all(zmq::socket_t& socket, Tally& tally) {
  zmq::message_t type;
  zmq::message_t body;
  do {
    if (!socket.recv(type) || !socket.recv(body)) return;
  } while (!tally.take(*body.data<B>()));
}

void await_subscriptions(zmq::socket_t& publisher, unsigned receivers) {
  zmq::message_t subscription;
  for (unsigned seen = 0; seen < receivers; ++seen) {
    if (!publisher.recv(subscription)) throw std::runtime_error("ZeroMQ: no subscription came");
  }
}

template <class B>
auto sender(zmq::socket_t socket) {
  return [socket = std::move(socket), type = std::string(topic)](const B& body) mutable {
    socket.send(zmq::buffer(type), zmq::send_flags::sndmore);
    socket.send(zmq::const_buffer(&body, sizeof body), zmq::send_flags::none);
  };
}

// Several publishers meet one subscriber: the subscriber binds, they connect.
template <class B>
Figure publish(const Load& load, std::uint64_t messages, zmq::socket_type from,
               zmq::socket_type to) {
  zmq::context_t context(0);
  Flow flow(load, messages);
  std::vector<std::jthread> receivers;
  const auto pinned = Flow::on(load.receiver_cores);
  for (unsigned channel = 0; channel < load.channels; ++channel) {
    auto socket = socket_of(context, to);
    if (to == zmq::socket_type::sub) socket.set(zmq::sockopt::subscribe, topic);
    socket.bind(address(channel));
    receivers.emplace_back([socket = std::move(socket), &tally = flow.tally(channel)]() mutable {
      receive_all<B>(socket, tally);
    });
  }
  return flow.measure<B>([&](unsigned producer) {
    auto socket = socket_of(context, from);
    socket.connect(address(producer % load.channels));
    if (from == zmq::socket_type::xpub) await_subscriptions(socket, 1);
    return sender<B>(std::move(socket));
  });
}

// One publisher, many subscribers: the publisher binds, they connect.
template <class B>
Figure fan_out(const Load& load, std::uint64_t messages) {
  zmq::context_t context(0);
  Flow flow(load, messages);
  auto publisher = socket_of(context, zmq::socket_type::xpub);
  publisher.set(zmq::sockopt::xpub_verbose, 1);  // tell of the same topic again, too
  publisher.bind(address(0));
  std::vector<std::jthread> receivers;
  for (unsigned receiver = 0; receiver < load.receivers; ++receiver) {
    auto socket = socket_of(context, zmq::socket_type::sub);
    socket.set(zmq::sockopt::subscribe, topic);
    socket.connect(address(0));
    receivers.emplace_back(
        [socket = std::move(socket), &tally = flow.tally(0, receiver)]() mutable {
          receive_all<B>(socket, tally);
        });
  }
  return flow.measure<B>([&](unsigned) {
    await_subscriptions(publisher, load.receivers);
    return sender<B>(std::move(publisher));
  });
}

}  // namespace

Contender zeromq_pub_sub(const Load& load) {
  return flow_contender(
      "ZeroMQ PUB/SUB", load, []<class B>(const Load& l, std::uint64_t messages, const B&) {
        return l.receivers > 1
                   ? fan_out<B>(l, messages)
                   : publish<B>(l, messages, zmq::socket_type::xpub, zmq::socket_type::sub);
      });
}

Contender zeromq_push_pull(const Load& load) {
  return flow_contender(
      "ZeroMQ PUSH/PULL", load, []<class B>(const Load& l, std::uint64_t messages, const B&) {
        return publish<B>(l, messages, zmq::socket_type::push, zmq::socket_type::pull);
      });
}

}  // namespace bench::peers
