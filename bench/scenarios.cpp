#include "scenarios.hpp"

#include <algorithm>

#include "ours.hpp"
#include "peers/peers.hpp"

namespace bench {
namespace {

struct Bar {
  std::string peer{};
  double least{};
  double goal{};
};

constexpr auto messages = "Messages";
constexpr auto pinned_apart = "Producer pinned to core 0, everything else to core 1.";
constexpr auto unpinned = "Threads are not pinned.";
constexpr auto one_core = "Sender and receiver are pinned to core 0.";
constexpr auto two_cores = "The sender is pinned to core 0, the receiver to core 1.";

/// What is to be reached beside one peer; `goal` is what we would like.
Contender with_bar(Contender peer, double bar, double goal = 0) {
  peer.bar = bar;
  peer.goal = goal;
  return peer;
}

/// `bars` names peers.
std::vector<Contender> with_bars(std::vector<Contender> peers, const std::vector<Bar>& bars) {
  for (Contender& peer : peers) {
    const auto found = std::ranges::find(bars, peer.name, &Bar::peer);
    if (found != bars.end()) peer = with_bar(std::move(peer), found->least, found->goal);
  }
  return peers;
}

std::vector<Contender> queues(const Load& load) {
  return {peers::raw_ring(load),           peers::zeromq_pub_sub(load),
          peers::zeromq_push_pull(load),   peers::caf_actor(load),
          peers::moodycamel_structs(load), peers::moodycamel_shared(load),
          peers::tbb_bounded_queue(load),  peers::asio_thread_pool(load),
          peers::swapped_backlog(load)};
}

Scenario queued(const char* name, const char* title, const Load& load,
                const std::vector<Bar>& bars = {}) {
  return {.chapter = messages,
          .name = name,
          .title = title,
          .detail = load.bytes == sizeof(Body64) ? "64-byte payloads." : "1 KiB payloads.",
          .pinning = load.producer_cores.empty() ? unpinned : pinned_apart,
          .unit = Unit::messages_per_second,
          .warm_up = 100'000,
          .ours = ours::queued(load),
          .peers = with_bars(queues(load), bars)};
}

Scenario fanned_out() {
  const Load load{.receivers = 10};
  return {.chapter = messages,
          .name = "fan-out-10",
          .title = "One producer, ten concurrent receivers",
          .detail = "64-byte payloads; deliveries are counted, ten a message.",
          .pinning = unpinned,
          .unit = Unit::messages_per_second,
          .warm_up = 20'000,
          .ours = ours::queued(load),
          .peers = {peers::zeromq_pub_sub(load)}};
}

Scenario called_inline(unsigned subscribers) {
  const auto count = std::to_string(subscribers);
  const bool one = subscribers == 1;
  return {
      .chapter = messages,
      .name = "inline-" + count,
      .title = "On the publisher's thread, " + count + (one ? " subscriber" : " subscribers"),
      .detail =
          "Time of one publish with all its handlers. The signal libraries call functions "
          "and do nothing else; libsigc++ is for one thread only. A message with a time to live "
          "is looked at by the clock before each handler but the first.",
      .pinning = "The thread is pinned to core 0.",
      .unit = Unit::nanoseconds,
      .warm_up = 100'000 / subscribers,
      .ours = ours::inline_delivery(subscribers),
      .peers = {with_bar(peers::libsigcpp(subscribers), one ? 2.5 : 1.5),
                with_bar(peers::boost_signals2(subscribers), one ? 0 : 1),
                ours::inline_delivery_in_time(subscribers)}};
}

Scenario with_middleware() {
  using ours::Around;
  return {.chapter = messages,
          .name = "inline-middleware",
          .title = "On the publisher's thread, with and without middleware",
          .detail = "Ours has none. The others have one that passes every message on.",
          .pinning = "The thread is pinned to core 0.",
          .unit = Unit::nanoseconds,
          .warm_up = 100'000,
          .ours = ours::inline_delivery(1),
          .peers = {with_bar(ours::inline_delivery(1, Around::switched_off), 1.1),
                    ours::inline_delivery(1, Around::publishing),
                    ours::inline_delivery(1, Around::delivery)}};
}

Scenario waking(const char* name, const char* title, const char* pinning, const Ping& ping) {
  return {.chapter = messages,
          .name = name,
          .title = title,
          .detail =
              "One way, from before publishing to the first line of the handler, one message "
              "every 100 µs.",
          .pinning = pinning,
          .unit = Unit::nanoseconds,
          .warm_up = 300,
          .ours = ours::one_at_a_time(ping),
          .peers = {with_bar(peers::bare_futex(ping), 1.2)}};
}

Scenario spinning() {
  const Ping ping{.sender_cores = {0}, .receiver_cores = {1}, .sleeping = false};
  return {.chapter = messages,
          .name = "latency-spinning",
          .title = "Latency to a spinning worker",
          .detail =
              "One way, from before publishing to the first line of the handler, one message "
              "at a time.",
          .pinning = two_cores,
          .unit = Unit::nanoseconds,
          .bar = 500,
          .warm_up = 20'000,
          .ours = ours::one_at_a_time(ping),
          .peers = {peers::bare_spin(ping)}};
}

}  // namespace

std::vector<Scenario> scenarios() {
  auto all = message_scenarios();
  for (auto& scenario : call_scenarios()) all.push_back(std::move(scenario));
  for (auto& scenario : store_scenarios()) all.push_back(std::move(scenario));
  return all;
}

std::vector<Scenario> message_scenarios() {
  const Load apart{.producer_cores = {0}, .receiver_cores = {1}};
  Load large = apart;
  large.bytes = sizeof(Body1024);
  const std::vector<Bar> one_producer{
      {"ZeroMQ PUB/SUB", 2.5, 4}, {"CAF actor", 2.5, 4}, {"raw ring", 0.5, 0.8}};
  return {
      queued("queued-1-producer", "One producer, one handler on another core", apart, one_producer),
      queued("queued-1-producer-free", "One producer, one handler, unpinned", {}, one_producer),
      queued("queued-2-producers", "Two producers into one channel", {.producers = 2},
             {{"ZeroMQ PUB/SUB", 1.5, 3}}),
      queued("queued-4-channels", "Four producers on four channels",
             {.producers = 4, .channels = 4}),
      queued("queued-1-kib", "One producer, one handler on another core, 1 KiB", large),
      fanned_out(),
      called_inline(1),
      called_inline(10),
      called_inline(100),
      with_middleware(),
      waking("latency-asleep-one-core", "Latency to a sleeping worker, one core", one_core,
             {.sender_cores = {0}, .receiver_cores = {0}}),
      waking("latency-asleep-two-cores", "Latency to a sleeping worker, two cores", two_cores,
             {.sender_cores = {0}, .receiver_cores = {1}}),
      spinning()};
}

}  // namespace bench
