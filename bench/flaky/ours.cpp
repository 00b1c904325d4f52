// modcomm: an operation that asks the service, called from threads.
#include <thread>

#include <modcomm/modcomm.hpp>

#include "flaky/outage.hpp"
#include "flaky/service.hpp"

namespace bench::flaky {
namespace {

using namespace std::chrono_literals;

modcomm::OperationOptions options_of(bool retry, bool breaker) {
  modcomm::OperationOptions options{.timeout = 1s, .idempotent = true};
  if (retry) options.retry = {.retries = 3, .first_delay = 50ms};
  options.breaker.enabled = breaker;
  options.breaker.open_for = 500ms;
  options.breaker.growth = 1;  // as long each time, like the peers'
  return options;
}

modcomm::Result<void> ask(std::uint16_t port) {
  if (request(port)) return {};
  return modcomm::Error(modcomm::Code::unavailable, "no_answer", "the service did not answer");
}

/// What one caller lives through.
std::vector<Call> call_until(const modcomm::Operation<void>& operation, const Plan& plan,
                             Time end) {
  std::vector<Call> calls;
  for (Time next = std::chrono::steady_clock::now(); next < end;) {
    std::this_thread::sleep_until(next);
    const Time begin = std::chrono::steady_clock::now();
    const bool succeeded = operation.call().has_value();
    calls.push_back({begin, std::chrono::steady_clock::now(), succeeded});
    next = std::max(begin + plan.period, calls.back().end);
  }
  return calls;
}

std::vector<Call> run(bool retry, bool breaker, std::uint16_t port, const Plan& plan, Time end) {
  modcomm::Bus bus({.workers = plan.callers});
  const auto registration = bus.module("Client")
                                .provide(
                                    "Ask", [port] { return ask(port); }, options_of(retry, breaker))
                                .value();
  const auto operation = bus.module("Caller").operation("Client.Ask").value();
  std::vector<std::vector<Call>> each(plan.callers);
  {
    std::vector<std::jthread> callers;
    for (auto& calls : each) {
      callers.emplace_back([&] { calls = call_until(operation, plan, end); });
    }
  }
  std::vector<Call> all;
  for (const auto& calls : each) all.insert(all.end(), calls.begin(), calls.end());
  return all;
}

Guard guard(const char* name, bool retry, bool breaker) {
  const Callers callers = [=](std::uint16_t port, const Plan& plan, Time end) {
    return run(retry, breaker, port, plan, end);
  };
  return {name, [callers] { return callers; }};
}

}  // namespace

std::vector<Guard> ours() {
  return {guard("modcomm, bare", false, false), guard("modcomm, retry", true, false),
          guard("modcomm, breaker", false, true), guard("modcomm, retry and breaker", true, true)};
}

}  // namespace bench::flaky
