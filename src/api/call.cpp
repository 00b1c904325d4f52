// The synchronous form of a call: on this thread, or on a worker while this thread waits.
#include <stop_token>

#include <modcomm/call.hpp>

#include "api/attempt.hpp"
#include "api/call_begin.hpp"
#include "api/call_flow.hpp"
#include "api/call_letter.hpp"
#include "api/caller_left.hpp"
#include "api/waited_call.hpp"

namespace modcomm::detail {
namespace {

/// Sleeps until then; a task among others keeps them going. An error: nobody waits any more for the
/// handler that made the call.
Result<void> sleep(const Operation& operation, SteadyTime until, StopSignal* stop) {
  Parking parking;
  const std::stop_callback wake(stop == nullptr ? std::stop_token() : stop->token(),
                                [&parking] { parking.call(); });
  while (stop == nullptr || !stop->requested()) {
    if (!operation.api().executor().park_until(parking, until)) return {};
  }
  return nobody_waits(operation.name());
}

inline void tell_changes(CallFlow& flow, Api& api) {
  if (flow.changed()) [[unlikely]]
    api.tell(flow.operation(), flow.take_changes());
}

/// Runs attempts until the flow says that it was the last. Reads the clock only where somebody
/// looks at the time: a reading costs as much as the rest of a step.
template <class RunAttempt, class Pause>
CallEnd drive(CallFlow& flow, Api& api, RunAttempt run_attempt, Pause pause) {
  for (SteadyTime now = flow.plan().begun.steady;; now = api.now().steady) {
    bool began = false;
    const Result<void> admitted = flow.begin(now);
    tell_changes(flow, api);
    const Result<void> result = admitted ? run_attempt(began) : admitted;
    if (flow.wants_time_of(result)) now = api.now().steady;
    const SteadyTime again_at = flow.end(result, began, now);
    tell_changes(flow, api);
    if (again_at == never) return flow.finish(result);
    if (const Result<void> waited = pause(again_at); !waited) return flow.finish(waited);
  }
}

CallEnd call_inline(Operation& operation, CallFlow& flow, const CallTarget& target,
                    const CallParameters& parameters, ReplySlot& reply) {
  const CallOptions& options = flow.options();
  std::unique_ptr<CallWatch> watch;
  if (wants_progress(options)) {
    watch = std::make_unique<CallWatch>();
    watch->add(*options.on_progress);
  }
  Api& api = operation.api();
  StopSignal* const stop = stop_of_caller(flow.plan(), options);
  const auto run_attempt = [&](bool& began) -> Result<void> {
    CallContext context({.operation = operation,
                         .ids = flow.plan().ids,
                         .reply = reply,
                         .watch = watch.get(),
                         .stop = stop,
                         .parameters = parameters,
                         .caller = target.caller(),
                         .headers = options.headers,
                         .deadline = flow.attempt_deadline(),
                         .attempt = flow.attempt(),
                         .test = options.test});
    const bool timed = !options.test && operation.times_next();
    const SteadyTime start = timed ? api.now().steady : SteadyTime{};
    const Result<void> result = operation.serve(context, options.middleware);
    if (timed) operation.count_attempt(api.now().steady - start);
    began = Operation::began(context);
    return result;
  };
  return drive(flow, api, run_attempt,
               [&](SteadyTime until) { return sleep(operation, until, stop); });
}

CallEnd call_pooled(CallFlow& flow, const std::shared_ptr<PooledCall>& call, ReplySlot& reply) {
  WaitedCall waited(flow, call);
  const CallEnd end = drive(
      flow, call->operation->api(), [&](bool& began) { return waited.run_attempt(began, reply); },
      [&](SteadyTime until) { return waited.pause(until); });
  waited.finish(end, reply);
  return end;
}

CallEnd call_admitted(const CallTarget& target, const Arguments& arguments,
                      CallParameters& parameters, ReplySlot& reply, const CallOptions& options) {
  const std::shared_ptr<Operation>& operation = target.operation();
  CallFlow flow(*operation, options);
  if (operation->options().execution == Execution::inline_) {
    return call_inline(*operation, flow, target, parameters, reply);
  }
  const auto pooled = std::make_shared<PooledCall>(target, arguments, parameters, options,
                                                   flow.plan(), reply.wanted());
  return call_pooled(flow, pooled, reply);
}

CallEnd call_current(const CallTarget& target, const Arguments& arguments, ReplySlot& reply,
                     const CallOptions& options) {
  Operation& operation = *target.operation();
  CallParameters parameters(arguments.ref());
  const Result<void> admitted = admit_call(target, operation, parameters, options);
  if (!admitted) return refuse_call(operation, options, admitted.error());
  if (!options.dead_letter) [[likely]]
    return call_admitted(target, arguments, parameters, reply, options);
  auto letter = letter_of(target, arguments, options);
  if (!letter) return refuse_call(operation, options, letter.error());
  CallEnd end = call_admitted(target, arguments, parameters, reply, options);
  keep_if_failed(operation.api(), std::move(*letter), end);
  return end;
}

}  // namespace

CallEnd call(const CallTarget& target, const Arguments& arguments, ReplySlot& reply,
             const CallOptions& options) {
  if (!target.operation()->retired()) [[likely]]
    return call_current(target, arguments, reply, options);
  const auto replaced = replacement(target);
  if (!replaced) return end_unfound(target.operation()->api(), replaced.error());
  return call_current(*replaced, arguments, reply, options);
}

}  // namespace modcomm::detail
