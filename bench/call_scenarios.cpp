#include "ours_calls.hpp"
#include "peers/calls.hpp"
#include "scenarios.hpp"

namespace bench {
namespace {

constexpr auto calls = "Calls";
constexpr auto pinned =
    "The calling thread is pinned to core 0; Node, a process of its own, is not pinned.";
constexpr unsigned few = 10;
constexpr unsigned many = 1'000;
constexpr unsigned most = 100'000;
/// What is flat may differ by what the machine's noise does.
constexpr double flat = 1.25;

Contender with_bar(Contender peer, double bar) {
  peer.bar = bar;
  return peer;
}

Contender moleculer(const std::string& what, const std::string& variant, double bar = 0) {
  return with_bar(peers::node("Moleculer " + what, "moleculer", variant), bar);
}

Scenario everything_on(const char* name, const char* title, std::vector<Contender> peers) {
  return {.chapter = calls,
          .name = name,
          .title = title,
          .detail =
              "Ours: a typed call by name on the caller's thread, with breaker, retry, bulkhead, "
              "deadline, one middleware and metrics on. Theirs: awaited one after the other.",
          .pinning = pinned,
          .unit = Unit::nanoseconds,
          .bar = 200,
          .warm_up = 20'000,
          .ours = ours::inline_call({.policies = true}),
          .peers = std::move(peers)};
}

Scenario all_against_all() {
  return everything_on("call-everything", "A call with everything on",
                       {peers::map_of_functions(few), moleculer("plain", "plain", 0.4),
                        moleculer("with all options", "all", 0.025),
                        peers::node("cockatiel, all policies", "cockatiel", "all"),
                        peers::node("opossum, all options", "opossum", "all")});
}

Scenario moleculer_by_option() {
  return everything_on("call-moleculer", "A call beside each option of Moleculer",
                       {moleculer("+ validator", "validator"),
                        moleculer("+ middleware", "middleware"), moleculer("+ retry", "retry"),
                        moleculer("+ breaker", "breaker"), moleculer("+ bulkhead", "bulkhead"),
                        moleculer("+ timeout", "timeout"), moleculer("+ metrics", "metrics")});
}

Scenario policies_by_option() {
  return everything_on("call-policies", "A call beside each policy of cockatiel and opossum",
                       {peers::node("cockatiel retry", "cockatiel", "retry"),
                        peers::node("cockatiel breaker", "cockatiel", "breaker"),
                        peers::node("cockatiel bulkhead", "cockatiel", "bulkhead"),
                        peers::node("cockatiel timeout", "cockatiel", "timeout"),
                        peers::node("opossum breaker", "opossum", "breaker"),
                        peers::node("opossum breaker, timeout", "opossum", "timeout")});
}

Scenario through_a_handle(const char* name, const char* title, const CallLoad& load, double bar) {
  return {
      .chapter = calls,
      .name = name,
      .title = title,
      .detail =
          "A typed call on the caller's thread, of an operation whose name was resolved "
          "once.",
      .pinning = "The thread is pinned to core 0.",
      .unit = Unit::nanoseconds,
      .bar = bar,
      .warm_up = 100'000,
      .ours = ours::inline_call(load),
      .peers = {peers::plain_function(), peers::map_of_functions(few), peers::counted_function()}};
}

Scenario pooled(const char* name, const char* title, const char* pinning, const RoundTrip& trip) {
  const double bar = trip.sleeping ? 1.5 : 0;
  return {.chapter = calls,
          .name = name,
          .title = title,
          .detail =
              "A synchronous call with the default options, to the reply in the caller's "
              "hands; one after the other.",
          .pinning = pinning,
          .unit = Unit::nanoseconds,
          .bar = trip.sleeping ? 0.0 : 2'000.0,
          .warm_up = 1'000,
          .ours = ours::pooled_call(trip),
          .peers = {with_bar(peers::bare_round_trip(trip), bar)}};
}

Scenario json(const char* name, const char* title, Contender ours) {
  return {.chapter = calls,
          .name = name,
          .title = title,
          .detail =
              "300 bytes of JSON in, checked against a schema, the same out, on the caller's "
              "thread, breaker and metrics on. Moleculer validates, too, between JSON.parse "
              "and JSON.stringify.",
          .pinning = pinned,
          .unit = Unit::nanoseconds,
          .bar = 3'000,
          .warm_up = 10'000,
          .ours = std::move(ours),
          .peers = {peers::json_by_hand(), moleculer("with JSON", "json")}};
}

Scenario registry(const char* name, const char* title, const char* detail, Contender ours,
                  std::vector<Contender> peers, std::uint64_t warm_up = 100'000) {
  return {.chapter = calls,
          .name = name,
          .title = title,
          .detail = detail,
          .pinning = "The thread is pinned to core 0.",
          .unit = Unit::nanoseconds,
          .warm_up = warm_up,
          .ours = std::move(ours),
          .peers = std::move(peers)};
}

/// The same number of them is called, so that the caches play no part.
Scenario called_among(bool by_handle) {
  const auto among = [&](unsigned operations) {
    return ours::registry_call({.operations = operations, .by_handle = by_handle});
  };
  return registry(by_handle ? "registry-handle" : "registry-name",
                  by_handle ? "Calls by handle, 100,000 operations registered"
                            : "Calls by name, 100,000 operations registered",
                  "Ten operations are called in turn, among so many; breaker and metrics on.",
                  among(most), {with_bar(among(few), flat), with_bar(among(many), flat)});
}

Scenario all_called() {
  const auto all = [&](unsigned operations) {
    return ours::registry_call({.operations = operations, .called = operations});
  };
  return registry("registry-name-all", "Calls by name, 100,000 operations all called",
                  "Every operation is called in turn, in no order, so that each call meets cold "
                  "caches; the map shows what they cost anyhow.",
                  all(most), {all(few), all(many), peers::map_of_functions(most)});
}

Scenario listed() {
  return registry(
      "registry-list", "Listing 100,000 operations",
      "Time of one operation in a whole listing, schemas left out. The map holds what is listed, "
      "ready "
      "to be copied: it shows what memory costs anyhow.",
      ours::registry_listing(most),
      {with_bar(ours::registry_listing(few), flat), with_bar(ours::registry_listing(many), flat),
       peers::map_of_infos(few), peers::map_of_infos(most)},
      most);
}

}  // namespace

std::vector<Scenario> call_scenarios() {
  constexpr auto one_core = "Caller and worker are pinned to core 0.";
  constexpr auto two_cores = "The caller is pinned to core 0, the worker to core 1.";
  return {
      all_against_all(),
      moleculer_by_option(),
      policies_by_option(),
      through_a_handle("call-handle", "A call through a handle, with metrics", {.by_handle = true},
                       100),
      through_a_handle("call-bare", "A call through a handle, with nothing on",
                       {.by_handle = true, .metrics = false}, 40),
      pooled("call-pooled-asleep-one-core", "A call to a sleeping worker, one core", one_core,
             {.caller_cores = {0}, .worker_cores = {0}}),
      pooled("call-pooled-asleep-two-cores", "A call to a sleeping worker, two cores", two_cores,
             {.caller_cores = {0}, .worker_cores = {1}}),
      pooled("call-pooled-spinning", "A call to a spinning worker", two_cores,
             {.caller_cores = {0}, .worker_cores = {1}, .sleeping = false}),
      json("call-json", "A call with JSON text, a described type", ours::json_call_typed()),
      json("call-json-schema", "A call with JSON text, a given schema", ours::json_call_schema()),
      called_among(false),
      called_among(true),
      all_called(),
      listed()};
}

}  // namespace bench
