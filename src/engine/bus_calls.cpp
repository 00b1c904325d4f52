// The part of Bus that is about operations and calls.
#include <modcomm/bus.hpp>
#include <modcomm/glob.hpp>

#include "engine/engine.hpp"

namespace modcomm {
namespace {

/// In the order of their names; none where the pattern is no glob.
std::vector<std::shared_ptr<detail::Operation>> matching(const detail::Api& api,
                                                         std::string_view pattern) {
  const auto glob = Glob::compile(pattern);
  if (!glob) return {};
  auto operations = api.operations();
  if (pattern != "*") {
    std::erase_if(operations, [&](const auto& each) { return !glob->matches(each->name()); });
  }
  return operations;
}

}  // namespace

std::vector<OperationInfo> Bus::operations(const OperationQuery& query) const {
  const auto operations = matching(*engine_->api(), query.pattern);
  std::vector<OperationInfo> all;
  all.reserve(operations.size());
  for (const auto& operation : operations) all.push_back(operation->info(query.schemas));
  return all;
}

Result<OperationInfo> Bus::operation(std::string_view name) const {
  const auto found = engine_->api()->find(name);
  if (!found) return found.error();
  return (*found)->info(true);
}

Result<BreakerInfo> Bus::breaker(std::string_view operation) const {
  const auto found = engine_->api()->find(operation);
  if (!found) return found.error();
  return (*found)->breaker_info();
}

std::vector<BreakerInfo> Bus::breakers(std::string_view operations) const {
  std::vector<BreakerInfo> all;
  for (const auto& operation : matching(*engine_->api(), operations)) {
    all.push_back(operation->breaker_info());
  }
  return all;
}

std::size_t Bus::reset_breakers(std::string_view operations) {
  std::size_t closed = 0;
  for (const auto& operation : matching(*engine_->api(), operations)) {
    const auto changes = operation->breaker().reset(engine_->api()->now().steady);
    if (!changes.empty()) ++closed;
    engine_->api()->tell(*operation, changes);
  }
  return closed;
}

Result<void> Bus::force_breaker(std::string_view operation, bool open) {
  const auto found = engine_->api()->find(operation);
  if (!found) return found.error();
  const SteadyTime now = engine_->api()->now().steady;
  engine_->api()->tell(**found, (*found)->force_breaker(open, now));
  return {};
}

Result<void> Bus::release_breaker(std::string_view operation) {
  const auto found = engine_->api()->find(operation);
  if (!found) return found.error();
  engine_->api()->tell(**found, (*found)->release_breaker(engine_->api()->now().steady));
  return {};
}

std::vector<CallInfo> Bus::calls() const {
  std::vector<CallInfo> all;
  for (const auto& call : engine_->api()->calls().all()) all.push_back(call->info());
  return all;
}

Result<void> Bus::cancel_call(RequestId call) {
  const auto found = engine_->api()->calls().find(call);
  if (!found) return detail::no_call(call);
  found->end(Error(Code::cancelled, reason::by_caller,
                   "the call of " + found->info().operation + " was cancelled"));
  return {};
}

Result<void> Bus::watch_call(RequestId call, ProgressFunction on_progress) {
  if (!on_progress) {
    return Error(Code::invalid_argument, reason::validation,
                 "on_progress: is empty; give a function that hears how far the call is");
  }
  const auto found = engine_->api()->calls().find(call);
  if (!found || !found->watch(std::move(on_progress))) return detail::no_call(call);
  return {};
}

Result<CallOutcome> Bus::await_call(RequestId call, std::chrono::nanoseconds timeout) {
  detail::Api& api = *engine_->api();
  const SteadyTime now = api.now().steady;
  if (const auto found = api.calls().find(call)) {
    Result<CallOutcome> outcome = found->outcome(after(now, timeout));
    if (outcome) static_cast<void>(api.calls().take_kept(call, now));
    return outcome;
  }
  std::optional<CallOutcome> kept = api.calls().take_kept(call, now);
  if (!kept) return detail::no_call(call);
  return std::move(*kept);
}

}  // namespace modcomm
