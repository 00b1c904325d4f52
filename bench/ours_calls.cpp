// modcomm, operations that run on the caller's thread or on a worker.
#include "ours_calls.hpp"

#include "ours_common.hpp"

namespace bench::ours {
namespace {

using modcomm::Execution;

std::int64_t add(const Addition& addition) { return addition.a + addition.b; }

modcomm::OperationOptions options_of(const CallLoad& load) {
  modcomm::OperationOptions options{.execution = Execution::inline_, .metrics = load.metrics};
  options.breaker.enabled = load.policies;
  if (!load.policies) {
    options.timeout = std::chrono::nanoseconds::max();
    return options;
  }
  options.retry.retries = 3;
  options.bulkhead = {.max_concurrent = 64, .max_queued = 64};
  const auto pass = [](modcomm::CallContext&, const modcomm::Next& next) { return next(); };
  options.middleware = {{.name = "pass", .function = pass}};
  return options;
}

Figure run(const CallLoad& load, std::uint64_t count) {
  modcomm::Bus bus;
  const auto registration = bus.module("Math").provide("Add", add, options_of(load)).value();
  const auto caller = bus.module("Caller");
  modcomm::CallOptions options{};
  if (load.policies) options.timeout = std::chrono::seconds(5);
  if (load.by_handle) {
    const auto handle = caller.operation<std::int64_t>("Math.Add").value();
    return measure_calls(count, [&](std::int64_t n) {
      return handle.call(Addition{.a = n, .b = 1}, options).value();
    });
  }
  return measure_calls(count, [&](std::int64_t n) {
    return caller.call<std::int64_t>("Math.Add", Addition{.a = n, .b = 1}, options).value();
  });
}

Figure run_pooled(const RoundTrip& trip, std::uint64_t count) {
  const auto pinned = Flow::on(trip.worker_cores);
  const std::chrono::nanoseconds spin =
      trip.sleeping ? std::chrono::nanoseconds(0) : std::chrono::seconds(1);
  modcomm::Bus bus({.workers = 1, .spin = spin});
  const auto registration = bus.module("Math").provide("Add", add).value();
  const auto handle = bus.module("Caller").operation<std::int64_t>("Math.Add").value();
  handle.call(Addition{}).value();  // the worker starts here, on the cores meant for it
  return measure_round_trips(
      trip, count, [&](std::int64_t n) { return handle.call(Addition{.a = n, .b = 1}).value(); });
}

}  // namespace

Contender inline_call(const CallLoad& load) {
  return {.name = "modcomm", .run = [load](std::uint64_t count) { return run(load, count); }};
}

Contender pooled_call(const RoundTrip& trip) {
  return {.name = "modcomm",
          .run = [trip](std::uint64_t count) { return run_pooled(trip, count); }};
}

}  // namespace bench::ours
