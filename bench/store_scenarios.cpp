#include "ours_store.hpp"
#include "peers/stores.hpp"
#include "scenarios.hpp"

namespace bench {
namespace {

constexpr auto events = "Events";
constexpr auto unpinned = "Nothing is pinned.";
constexpr double beyond_publish_ns = 15;
constexpr double find_ns = 10e6;
constexpr double open_ns = 1e9;
constexpr double replayed_a_second = 300e3;

Contender with_bar(Contender peer, double bar) {
  peer.bar = bar;
  return peer;
}

std::string on_disk(const std::string& what) {
  return what + " All of them write 1 KiB an event to the same file system, " +
         DiskFolder::file_system() + ".";
}

Scenario many(std::size_t in_flight) {
  const std::string count = std::to_string(in_flight);
  return {
      .chapter = events,
      .name = "store-" + count,
      .title = "Stored events, " + count + " in flight",
      .detail = on_disk("From the first one sent to the last one acknowledged. Ours and Redis "
                        "sync before they acknowledge, NATS does not. A Redis server reads 16 KiB "
                        "from a connection before it syncs, so that more connections help it."),
      .pinning = unpinned,
      .unit = Unit::messages_per_second,
      .warm_up = 2'000,
      .ours = ours::emit_stored(in_flight),
      .peers = {with_bar(peers::raw_group_append(in_flight), 0.4),
                with_bar(peers::redis_stream(in_flight, 1), 4), peers::redis_stream(in_flight, 10),
                with_bar(peers::jetstream(in_flight), 2)}};
}

Scenario one_at_a_time() {
  return {.chapter = events,
          .name = "store-one",
          .title = "Stored events, one at a time",
          .detail = on_disk("From before an event is sent until it is acknowledged. Ours and Redis "
                            "sync before that, NATS does not."),
          .pinning = unpinned,
          .unit = Unit::nanoseconds,
          .warm_up = 300,
          .ours = ours::emit_stored_and_wait(),
          .peers = {with_bar(peers::raw_append_elsewhere(), 1.3), peers::redis_stream_and_wait(),
                    peers::jetstream_and_wait()}};
}

Scenario beyond_publish() {
  return {.chapter = events,
          .name = "emit-beyond-publish",
          .title = "What emitting takes beyond publishing",
          .detail =
              "An event that no history keeps, and a message, by name, with the same data and one "
              "handler each: the difference of the medians of blocks of 1,000, which alternate. "
              "The handlers run between the blocks.",
          .pinning = "The publisher is pinned to core 0, the worker to core 1.",
          .unit = Unit::nanoseconds,
          .bar = beyond_publish_ns,
          .warm_up = 50'000,
          .ours = ours::emit_beyond_publish()};
}

Scenario of_million(const char* name, const char* title, const char* detail, Unit unit, double bar,
                    std::uint64_t warm_up, Contender ours) {
  return {.chapter = events,
          .name = name,
          .title = title,
          .detail = on_disk(detail),
          .pinning = unpinned,
          .unit = unit,
          .bar = bar,
          .warm_up = warm_up,
          .ours = std::move(ours)};
}

}  // namespace

std::vector<Scenario> store_scenarios() {
  const auto store = ours::million();
  return {many(1'000),
          many(100),
          one_at_a_time(),
          beyond_publish(),
          of_million("store-find",
                     "The last 100 of a million stored events, by a glob over their names",
                     "Half of the events match. The page comes with its events, as objects.",
                     Unit::nanoseconds, find_ns, 20, ours::find_last_100(store)),
          of_million("store-replay", "Replay of stored events",
                     "From attaching the handler to the last event in its hands.",
                     Unit::messages_per_second, replayed_a_second, 50'000, ours::replay_all(store)),
          of_million("store-open", "Opening a store of a million events",
                     "Until the bus is there, with the newest 10,000 events in its history.",
                     Unit::nanoseconds, open_ns, 1, ours::open_clean(store))};
}

}  // namespace bench
