// modcomm, messages to handlers on workers; what is full blocks, so nothing is lost.
#include "ours.hpp"
#include "ours_common.hpp"

namespace bench::ours {
namespace {

std::string channel_name(unsigned channel) { return "Channel-" + std::to_string(channel); }

template <class B>
std::vector<modcomm::Subscription> subscribe_all(modcomm::Bus& bus, const Load& load, Flow& flow) {
  const auto reader = bus.module("Reader");
  std::vector<modcomm::Subscription> held;
  for (unsigned channel = 0; channel < load.channels; ++channel) {
    for (unsigned receiver = 0; receiver < load.receivers; ++receiver) {
      auto on_reading = [&tally = flow.tally(channel, receiver)](const B& b) { tally.take(b); };
      held.push_back(reader
                         .subscribe(channel_name(channel), pattern, on_reading,
                                    {.concurrent = load.receivers > 1,
                                     .capacity = backlog,
                                     .overflow = modcomm::Overflow::block})
                         .value());
    }
  }
  return held;
}

template <class B>
Figure run(const Load& load, std::uint64_t messages) {
  const auto pinned = Flow::on(load.receiver_cores);
  Flow flow(load, messages);
  modcomm::Bus bus({.workers = static_cast<unsigned>(load.receiver_cores.size())});
  for (unsigned channel = 0; channel < load.channels; ++channel) {
    bus.create_channel(channel_name(channel),
                       {.capacity = backlog, .overflow = modcomm::Overflow::block})
        .value();
    start_workers(bus, channel_name(channel));
  }
  const auto held = subscribe_all<B>(bus, load, flow);
  return flow.measure<B>([&](unsigned producer) {
    const auto sensor = bus.module("Sensor-" + std::to_string(producer));
    return [to = sensor.publisher(channel_name(producer % load.channels), topic).value()](
               const B& body) { to.publish(body, everything_on).value(); };
  });
}

}  // namespace

Contender queued(const Load& load) {
  return flow_contender(
      "modcomm", load,
      []<class B>(const Load& l, std::uint64_t messages, const B&) { return run<B>(l, messages); });
}

}  // namespace bench::ours
