// C++ Actor Framework: an actor on a thread of its own for one channel, scheduled actors for
// several; topic and body are the two elements of a message.
#include <caf/all.hpp>

#include "peers/peers.hpp"

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bench::Body64)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bench::Body1024)

namespace bench::peers {
namespace {

template <class B>
caf::behavior receiver(caf::event_based_actor* self, Tally* tally) {
  return {[self, tally](const std::string&, const B& body) {
    if (tally->take(body)) self->quit();
  }};
}

template <class B>
caf::actor spawn_receiver(caf::actor_system& system, const Load& load, Tally& tally) {
  return load.channels == 1 ? system.spawn<caf::detached>(receiver<B>, &tally)
                            : system.spawn(receiver<B>, &tally);
}

template <class B>
Figure run(const Load& load, std::uint64_t messages) {
  const auto pinned = Flow::on(load.receiver_cores);
  Flow flow(load, messages);
  caf::actor_system_config config;
  caf::actor_system system(config);
  std::vector<caf::actor> actors;
  for (unsigned channel = 0; channel < load.channels; ++channel) {
    actors.push_back(spawn_receiver<B>(system, load, flow.tally(channel)));
  }
  return flow.measure<B>([&](unsigned producer) {
    return [to = actors[producer % load.channels], type = std::string(topic)](const B& body) {
      caf::anon_send(to, type, body);
    };
  });
}

}  // namespace

Contender caf_actor(const Load& load) {
  return flow_contender(
      "CAF actor", load,
      []<class B>(const Load& l, std::uint64_t messages, const B&) { return run<B>(l, messages); });
}

}  // namespace bench::peers
