#include "engine/engine.hpp"

namespace modcomm::detail {
namespace {

/// Targets kept by one module handle; further ones are resolved each time.
constexpr std::size_t max_targets = 1024;

BusOptions completed(BusOptions options) {
  if (options.preset == Preset::v2) options.auto_create = options.ignore_case = true;
  if (!options.clock) options.clock = system_clock();
  if (!options.executor) {
    options.executor =
        thread_pool({.threads = options.workers, .spin = options.spin}, options.clock);
  }
  return options;
}

OperationDefaults operation_defaults(Preset preset) {
  if (preset != Preset::v2) return {};
  return {.retry = v2_retry(), .breaker = v2_breaker()};
}

std::shared_ptr<Context> make_context(const BusOptions& options) {
  return std::make_shared<Context>(options.clock, options.executor,
                                   ContextOptions{.max_bytes = options.max_bytes,
                                                  .max_payload = options.max_payload,
                                                  .ignore_case = options.ignore_case,
                                                  .timing = options.timing,
                                                  .linger = options.spin / 4,
                                                  .on_notice = options.on_notice});
}

}  // namespace

Engine::Engine(BusOptions options)
    : own_threads_(options.executor == nullptr),
      options_(completed(std::move(options))),
      core_(make_context(options_), options_.auto_create),
      api_(std::make_shared<Api>(core_.shared_context(), operation_defaults(options_.preset))) {}

/// Calls first: their handlers may publish while they end.
Result<void> Engine::shut_down(std::chrono::nanoseconds timeout) {
  Context& context = core_.context();
  api_->refuse();
  if (Frame::inside(context)) return core_.shut_down(timeout, own_threads_);
  const SteadyTime deadline = after(context.clock->now().steady, timeout);
  const bool calls_ended = api_->shut_down(deadline);
  std::string hung;
  for (const std::string& name : api_->running()) hung += (hung.empty() ? "" : ", ") + name;
  const std::chrono::nanoseconds left = deadline - context.clock->now().steady;
  Result<void> stopped = core_.shut_down(std::max(left, std::chrono::nanoseconds(0)), own_threads_);
  const bool told = api_->end_calls(deadline);
  if (!told) hung += std::string(hung.empty() ? "" : ", ") + "the callback of a call";
  if ((calls_ended && told) || !stopped) return stopped;
  return Error(Code::deadline_exceeded, reason::timeout,
               "still running: " + hung + "; give it more time, or see why");
}

Result<std::shared_ptr<ModuleState>> Engine::module(std::string_view name,
                                                    const std::shared_ptr<Engine>& self) {
  const auto identity = core_.module(name);
  if (!identity) return identity.error();
  return std::make_shared<ModuleState>(self, **identity);
}

Result<std::shared_ptr<const Target>> ModuleState::target(std::string_view channel,
                                                          std::string_view type) {
  const Names names{channel, type};
  {
    const auto targets = targets_.lock();
    const auto found = targets->find(names);
    if (found != targets->end() && !found->second->channel->closed()) return found->second;
  }
  auto made = make_target(channel, type);
  if (!made) return made.error();
  std::shared_ptr<const Target> old;  // dies after the lock
  const auto targets = targets_.lock();
  if (targets->size() < max_targets || targets->contains(names)) {
    auto& place = (*targets)[StoredNames{std::string(channel), std::string(type)}];
    old = std::exchange(place, *made);
  }
  return made;
}

Result<std::shared_ptr<const Target>> ModuleState::make_target(std::string_view channel,
                                                               std::string_view type) const {
  const auto found = core().find_to_publish(channel);
  if (!found) return found.error();
  const auto entry = (*found)->type(type);
  if (!entry) return entry.error();
  auto target = std::make_shared<Target>();
  target->channel = *found;
  target->type = *entry;
  if (target->type == nullptr) target->type_name = type;
  target->source = &identity_;
  return std::shared_ptr<const Target>(std::move(target));
}

}  // namespace modcomm::detail
