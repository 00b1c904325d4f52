// Every row of the table in docs/concepts/errors.md, provoked by the means of a user.
#include "support/error_table.hpp"

#include <functional>
#include <map>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <modcomm/history_file.hpp>
#include <modcomm/system_event.hpp>
#include <modcomm/testing.hpp>

#include "engine/engine.hpp"
#include "support/simulated_disk.hpp"

namespace modcomm {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

struct Step {
  std::string name{};
  int weight = 1;
};
BOOST_DESCRIBE_STRUCT(Step, (), (name, weight))

/// A bus with a few things that can go wrong.
struct Site {
  explicit Site(BusOptions options = {}) : bus(1, std::move(options)) {
    bus->create_channel("Small", {.capacity = 1}).value();
  }

  /// What a call of `Lab.Step` is answered, whose handler and options these are.
  template <class F>
  Error call(F handler, OperationOptions options = {}, CallOptions call_options = {}) {
    const auto provided = lab.provide("Step", std::move(handler), std::move(options)).value();
    return user.call("Lab.Step", call_options).error();
  }
  /// What it is answered whose handler answers that.
  Error answered(Code code, std::string_view reason) {
    return call([&] { return Result<void>(Error(code, reason, "disk 7 is full; empty it")); });
  }

  TestBus bus;
  Module lab = bus.module("Lab");
  Module user = bus.module("User");
};

/// How an error comes about, and words of its message: what happened and where, and what to do.
/// Without the latter, nothing can be done beyond what Error::advice says.
struct Provocation {
  std::string_view what_and_where;
  std::string_view what_to_do;
  std::function<Error(Site&)> provoke;
};

using Key = std::pair<std::string, std::string>;

const auto nothing = [](const Message&) {};

Error bad_name(Site& site) { return site.bus->create_channel("a b").error(); }
Error bad_pattern(Site& site) { return site.lab.subscribe("Small", "[a", nothing).error(); }
Error validation(Site& site) {
  const OperationOptions options{
      .parameters = {{.name = "count", .type = "integer", .required = true, .minimum = 1}}};
  const auto provided = site.lab.provide("Scale", [](const Value&) {}, options).value();
  return site.user.call("Lab.Scale", Value{{"count", 0}}).error();
}
Error does_not_convert(Site& site) {
  const auto provided = site.lab.provide("Step", [](const Step&) {}).value();
  return site.user.call("Lab.Step", Value{{"name", "a"}, {"weight", "much"}}).error();
}
Error too_large(Site&) {
  Site small({.max_payload = 10});
  return small.lab.publish("Small", "t", std::string(11, 'x')).error();
}
Error no_channel(Site& site) { return site.lab.publish("Nowhere", "t").error(); }
Error no_operation(Site& site) { return site.user.call("Lab.Nowhere").error(); }
Error no_filter(Site& site) {
  return site.lab.subscribe("Small", "*", nothing)->remove_filter("night").error();
}
Error no_middleware(Site& site) { return site.bus->call_middleware().remove("log").error(); }
Error no_call(Site& site) { return site.bus->cancel_call(RequestId{}).error(); }
Error other_options(Site& site) {
  return site.bus->create_channel("Small", {.capacity = 2}).error();
}
Error name_taken(Site& site) {
  const CallMiddleware log{.name = "log",
                           .function = [](auto&, const Next& next) { return next(); }};
  site.bus->call_middleware().add(log).value();
  return site.bus->call_middleware().add(log).error();
}
Error closed(Site& site) {
  const auto provided = site.lab.provide("Step", [] {}).value();
  site.bus->stop(1s).value();
  return site.user.call("Lab.Step").error();
}
Error in_use(Site& site) {
  const auto heard = site.lab.subscribe("Small", "*", nothing).value();
  return site.bus->remove_channel("Small").error();
}
Error would_block_itself(Site& site) {
  Error error;
  Registration provided;
  provided = site.lab.provide("Step", [&] { error = provided.close_and_wait(1s).error(); }).value();
  EXPECT_TRUE(site.user.call("Lab.Step"));
  return error;
}
Error stopped(Site& site) {
  site.bus->stop_processor();
  return site.bus->flush(1s).error();
}
Error queue_full(Site& site) {
  site.lab.publish("Small", "t").value();
  return site.lab.publish("Small", "t").error();
}
Error bulkhead(Site& site) {
  Error inner;
  const auto provided = site.lab
                            .provide("Step", [&] { inner = site.user.call("Lab.Step").error(); },
                                     {.bulkhead = {.max_concurrent = 1}})
                            .value();
  EXPECT_TRUE(site.user.call("Lab.Step"));
  return inner;
}
Error rate(Site& site) {
  const auto provided =
      site.lab.provide("Step", [] {}, {.rate_limit = {.per_second = 1, .burst = 1}}).value();
  EXPECT_TRUE(site.user.call("Lab.Step"));
  return site.user.call("Lab.Step").error();
}
Error no_message(Site& site) {
  return MessageLog(site.lab, "Small").last_message("Unheard").error();
}
Error no_event(Site&) { return system_event_schema("System.Unheard").error(); }
Error memory(Site&) {
  Site small({.max_bytes = 10});
  return small.lab.publish("Small", "t", std::string(11, 'x')).error();
}
Error threads(Site&) {
  Bus bus({.executor = thread_pool({.threads = 1, .max_threads = 1})});
  const Module lab = bus.module("Lab");
  const auto provided = lab.provide("Step", [] {}, {.breaker = {.enabled = false}}).value();
  const auto outer = lab.provide("Outer", [&] { return lab.call("Lab.Step"); }).value();
  return lab.call("Lab.Outer").error();
}
Error circuit_open(Site& site) {
  const auto provided = site.lab.provide("Step", [] {}).value();
  site.bus->force_breaker("Lab.Step", true).value();
  return site.user.call("Lab.Step").error();
}
Error no_responders(Site& site) {
  auto provided = site.lab.provide("Step", [] {}).value();
  auto pending = site.user.start("Lab.Step", Payload()).value();
  provided.close();
  return pending.wait().error();
}
Error timeout(Site& site) {
  const auto provided = site.lab.provide("Step", [] {}).value();
  auto pending = site.user.start("Lab.Step", Payload(), CallOptions{.timeout = 2s}).value();
  site.bus.clock().advance(3s);
  return pending.wait().error();
}
Error by_caller(Site& site) {
  const auto provided = site.lab.provide("Step", [] {}).value();
  auto pending = site.user.start("Lab.Step", Payload()).value();
  pending.cancel();
  return pending.wait().error();
}
Error shutdown(Site& site) {
  const auto provided = site.lab.provide("Step", [] {}).value();
  auto pending = site.user.start("Lab.Step", Payload()).value();
  site.bus->stop(1s).value();
  return pending.wait().error();
}
Error handler_threw(Site& site) {
  return site.call([] { throw std::runtime_error("disk 7 is full"); });
}

Error handler_failed(Site& site) {
  return site.call([]() -> Result<void> { return Error(); });
}

/// For codes and reasons that only handlers of the user's own answer: they come through unchanged.
Error durability_unavailable(Site& site) {
  return site.lab.emit("Step", {.durability = Durability::fsynced}).error();
}

/// A bus whose events go to a disk that can fail.
struct StoreSite {
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  std::shared_ptr<test::SimulatedDisk> disk = std::make_shared<test::SimulatedDisk>(1);
  std::shared_ptr<SeededExecutor> executor = std::make_shared<SeededExecutor>(clock, 1);
  std::unique_ptr<Bus> bus = detail::BusOnFiles::make(
      {.clock = clock, .executor = executor, .store = {.segment_bytes = 4'096}}, disk);
  Result<EventReceipt> emit() {
    return bus->module("Lab").emit("Step", std::string(500, 'x'), {.persist = true});
  }
};

Error no_consumer(Site&) { return StoreSite().bus->consumers().describe("billing").error(); }
Error redriven_too_often(Site& site) {
  const auto heard =
      site.lab
          .subscribe("Small", "*", [](const Message&) { throw std::runtime_error("no"); },
                     {.redelivery = {.dead_letter = true}})
          .value();
  site.lab.publish("Small", "t").value();
  site.bus.run();
  return site.bus->dead_letters().redrive(1, {.max_redrives = 0}).error();
}
/// What a second answer is answered, or one that comes after its event was delivered again.
Error answered_late(bool twice) {
  StoreSite site;
  site.bus->consumers().create("billing", {.backoff = {}}).value();
  std::vector<EventDelivery> deliveries;
  const auto worker = site.bus->module("Lab")
                          .consume("billing",
                                   [&](const Event&, const EventDelivery& delivery) {
                                     deliveries.push_back(delivery);
                                   },
                                   {.ack = Ack::manual})
                          .value();
  site.emit().value();
  site.executor->run_until_idle();
  if (twice) {
    deliveries.at(0).ack().value();
  } else {
    site.clock->advance(30s);
    site.executor->run_until_idle();
  }
  return deliveries.at(0).ack().error();
}
Error superseded(Site&) { return answered_late(false); }
Error conflict(Site&) { return answered_late(true); }
Error storage_full(Site&) {
  StoreSite site;
  site.disk->set_full(true);
  Result<EventReceipt> receipt = site.emit();
  while (receipt) receipt = site.emit();
  return receipt.error();
}
Error input_output(Site&) {
  StoreSite site;
  site.emit().value();
  site.disk->fail_next_sync();
  return site.emit().error();
}
Error damaged_store(Site&) {
  StoreSite site;
  site.emit().value();
  site.bus->history({.stored = true}).value();
  site.disk->flip(site.disk->list().value().front(), 600, 1);
  return site.bus->history({.stored = true}).error();
}

Error no_file(Site& site) {
  return import_history(site.bus.bus(), HistorySource::file("missing.jsonl")).error();
}
Error damaged_file(Site& site) {
  std::istringstream text("{\"id\": 1");
  return import_history(site.bus.bus(), HistorySource::stream(text)).error();
}

Provocation from_a_handler(Code code, std::string_view reason) {
  return {"disk 7 is full", "empty it",
          [code, reason](Site& site) { return site.answered(code, reason); }};
}

std::map<Key, Provocation> provocations() {
  return {
      {{"invalid_argument", "bad_name"}, {"channel name \"a b\"", "allowed are", bad_name}},
      {{"invalid_argument", "bad_pattern"}, {"pattern \"[a\"", "write", bad_pattern}},
      {{"invalid_argument", "validation"}, {"count", "at least 1", validation}},
      {{"invalid_argument", "does_not_convert"}, {"weight", "expected integer", does_not_convert}},
      {{"invalid_argument", "too_large"},
       {"for channel 'Small' has 43 bytes", "send less", too_large}},
      {{"not_found", "no_event"}, {"'System.Unheard'", "system_event_kinds", no_event}},
      {{"not_found", "no_message"}, {"of a type 'Unheard'", "did the bus run", no_message}},
      {{"not_found", "no_channel"}, {"no channel 'Nowhere'", "create it", no_channel}},
      {{"not_found", "no_operation"}, {"no operation 'Lab.Nowhere'", "register", no_operation}},
      {{"not_found", "no_filter"}, {"Small", "no filter 'night'", no_filter}},
      {{"not_found", "no_consumer"},
       {"there is no consumer 'billing'", "create it first", no_consumer}},
      {{"failed_precondition", "redriven_too_often"},
       {"dead letter 1 was redriven 0 times", "force it", redriven_too_often}},
      {{"aborted", "superseded"},
       {"event 1 of consumer 'billing' was delivered again", "let that", superseded}},
      {{"aborted", "conflict"},
       {"event 1 of consumer 'billing' was answered before", "one answer", conflict}},
      {{"not_found", "no_middleware"}, {"no middleware 'log'", "list them", no_middleware}},
      {{"not_found", "no_call"}, {"no call 0", "kept for 5 minutes", no_call}},
      {{"already_exists", "other_options"}, {"channel 'Small' exists", "remove", other_options}},
      {{"already_exists", "name_taken"}, {"middleware 'log'", "replace it", name_taken}},
      {{"failed_precondition", "closed"},
       {"'Lab.Step' is called on has ended", "call it on one that runs", closed}},
      {{"failed_precondition", "in_use"}, {"channel 'Small' is in use", "force", in_use}},
      {{"failed_precondition", "would_block_itself"},
       {"Lab.Step: its own handler", "use close()", would_block_itself}},
      {{"failed_precondition", "stopped"}, {"the processor is stopped", "start it", stopped}},
      {{"resource_exhausted", "queue_full"}, {"'Small' is full", "slow down", queue_full}},
      {{"failed_precondition", "durability_unavailable"},
       {"this bus has no store", "give BusOptions::store a folder", durability_unavailable}},
      {{"resource_exhausted", "storage_full"}, {"the disk is full", "", storage_full}},
      {{"internal", "input_output"}, {"sync", "", input_output}},
      {{"not_found", "no_file"}, {"cannot open \"missing.jsonl\"", "", no_file}},
      {{"data_loss", "damaged_file"}, {"line 1: ", "nothing was imported", damaged_file}},
      {{"data_loss", "damaged_store"}, {"simulated disk", "", damaged_store}},
      {{"resource_exhausted", "bulkhead"}, {"Lab.Step runs 1 times", "slow down", bulkhead}},
      {{"resource_exhausted", "rate"}, {"'Lab.Step' is called more often", "wait", rate}},
      {{"resource_exhausted", "memory"}, {"'Small'", "slow down", memory}},
      {{"resource_exhausted", "threads"}, {"to run Lab.Step", "make fewer calls", threads}},
      {{"unavailable", "circuit_open"}, {"'Lab.Step' is not called", "release it", circuit_open}},
      {{"unavailable", "no_responders"}, {"Lab.Step was taken away", "try again", no_responders}},
      {{"deadline_exceeded", "timeout"}, {"Lab.Step did not answer", "more time", timeout}},
      {{"cancelled", "by_caller"}, {"the caller cancelled its call of Lab.Step", "", by_caller}},
      {{"cancelled", "shutdown"}, {"the bus ended before Lab.Step", "", shutdown}},
      {{"internal", "handler_threw"}, {"Lab.Step threw: disk 7 is full", "", handler_threw}},
      {{"internal", "handler_failed"},
       {"Lab.Step failed with an error that has no code", "give the error a code", handler_failed}},
      {{"unknown", ""}, from_a_handler(Code::unknown, "odd")},
      {{"unimplemented", ""}, from_a_handler(Code::unimplemented, "no_such_step")},
      {{"out_of_range", ""}, from_a_handler(Code::out_of_range, "page")},
  };
}

/// What no capability that is built answers: whoever builds one provokes its errors above.
const std::map<Key, std::string_view> not_built = {
    {{"not_found", "no_subscription"}, "subscriptions that are ended by id over the wire"},
    {{"failed_precondition", "version"}, "versions of wire and configuration"},
    {{"unauthenticated", "no_token"}, "tokens"},
    {{"unauthenticated", "bad_token"}, "tokens"},
    {{"unauthenticated", "expired"}, "tokens"},
    {{"unauthenticated", "revoked"}, "tokens"},
    {{"permission_denied", "scope"}, "tokens"},
    {{"permission_denied", "module_not_allowed"}, "tokens"},
    {{"unavailable", "link_down"}, "links between processes"},
    {{"unavailable", "draining"}, "links between processes"},
    {{"unavailable", "auth_stale"}, "tokens"},
};

/// Code and reason of every line of the document, and what it says of retries.
std::map<Key, std::string> documented() {
  std::map<Key, std::string> all;
  for (const test::ErrorRow& row : test::documented_errors()) {
    if (row.reasons.empty()) all.emplace(Key(row.code, ""), row.retry);
    for (const std::string& reason : row.reasons) all.emplace(Key(row.code, reason), row.retry);
  }
  return all;
}

TEST(ErrorTable, every_documented_error_is_provoked_or_waits_for_its_capability) {
  const auto provoked = provocations();
  const auto in_document = documented();
  ASSERT_GT(in_document.size(), 40U);
  for (const auto& [key, retry] : in_document) {
    EXPECT_EQ(provoked.count(key) + not_built.count(key), 1U) << key.first << '/' << key.second;
  }
  for (const auto& [key, provocation] : provoked)
    EXPECT_EQ(in_document.count(key), 1U) << key.second;
  for (const auto& [key, capability] : not_built)
    EXPECT_EQ(in_document.count(key), 1U) << key.second;
}

TEST(ErrorTable, each_provoked_error_is_as_documented_and_says_what_where_and_what_to_do) {
  const auto in_document = documented();
  for (const auto& [key, provocation] : provocations()) {
    SCOPED_TRACE(key.first + "/" + key.second);
    Site site;
    const Error error = provocation.provoke(site);
    EXPECT_EQ(to_string(error.code()), key.first);
    EXPECT_TRUE(key.second.empty() || error.reason() == key.second) << error.to_string();
    EXPECT_EQ(to_string(error.retry()), in_document.at(key));
    EXPECT_THAT(error.message(), HasSubstr(std::string(provocation.what_and_where)));
    EXPECT_THAT(error.message(), HasSubstr(std::string(provocation.what_to_do)));
    EXPECT_FALSE(error.advice().empty());
  }
}

}  // namespace
}  // namespace modcomm
