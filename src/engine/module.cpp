#include <modcomm/glob.hpp>
#include <modcomm/module.hpp>

#include "api/call_begin.hpp"
#include "api/outcome.hpp"
#include "api/staged_call.hpp"
#include "core/id_source.hpp"
#include "engine/engine.hpp"

namespace modcomm {

std::string_view Module::name() const noexcept { return state_->identity().name; }

Result<std::shared_ptr<const detail::Target>> Module::resolve(std::string_view channel,
                                                              std::string_view type) const {
  return state_->target(channel, type);
}

Result<Publisher> Module::publisher(std::string_view channel, std::string_view type) const {
  const auto target = resolve(channel, type);
  if (!target) return target.error();
  return Publisher(*target);
}

Result<Subscription> Module::attach(std::string_view channel, std::string_view pattern,
                                    std::unique_ptr<detail::Handler> handler,
                                    SubscribeOptions options) const {
  auto subscriber = state_->core().subscribe(state_->identity(), channel, pattern,
                                             std::move(handler), std::move(options));
  if (!subscriber) return subscriber.error();
  return Subscription(std::move(*subscriber));
}

Result<std::shared_ptr<const detail::EventTarget>> Module::resolve_event(
    std::string_view name) const {
  return state_->event_target(name);
}

Result<Subscription> Module::attach_to_events(std::string_view pattern,
                                              std::unique_ptr<detail::Handler> handler,
                                              EventHandlerOptions options) const {
  auto subscriber = state_->events().subscribe(state_->identity(), pattern, std::move(handler),
                                               std::move(options));
  if (!subscriber) return subscriber.error();
  return Subscription(std::move(*subscriber));
}

Result<Membership> Module::join(std::string_view consumer,
                                std::unique_ptr<detail::ConsumerHandler> handler,
                                ConsumeOptions options) const {
  if (state_->consumers() == nullptr) return Consumers(nullptr).describe(consumer).error();
  auto member = state_->consumers()->join(state_->identity(), consumer, std::move(handler),
                                          std::move(options));
  if (!member) return member.error();
  return Membership(std::move(*member));
}

Result<Registration> Module::register_operation(std::string_view name,
                                                std::unique_ptr<detail::OperationHandler> handler,
                                                OperationOptions options) const {
  auto operation =
      state_->api()->add(state_->identity(), name, std::move(handler), std::move(options));
  if (!operation) return operation.error();
  return Registration(std::move(*operation));
}

Result<detail::CallTarget> Module::find_operation(std::string_view name) const {
  auto operation = state_->api()->find(name);
  if (!operation) return operation.error();
  return detail::CallTarget(std::move(*operation), state_->identity());
}

Result<detail::CallTarget> Module::find_to_call(std::string_view name) const {
  auto target = find_operation(name);
  if (!target) return detail::end_unfound(*state_->api(), target.error()).result.error();
  return target;
}

Result<std::vector<detail::CallTarget>> Module::find_operations(std::string_view pattern) const {
  const auto glob = Glob::compile(pattern);
  if (!glob) return glob.error();
  std::vector<detail::CallTarget> matching;
  for (auto& operation : state_->api()->operations()) {
    if (!glob->matches(operation->name())) continue;
    matching.emplace_back(std::move(operation), state_->identity());
  }
  if (!matching.empty()) return matching;
  return Error(Code::not_found, reason::no_operation,
               "no operation matches '" + std::string(pattern) +
                   "'; list the operations to see which there are");
}

CallOutcome Module::invoke(std::string_view operation, Value parameters,
                           const CallOptions& options) const {
  const SteadyTime began = state_->api()->now().steady;
  detail::ReplyRoom<Payload> room;
  const auto target = find_operation(operation);
  detail::CallEnd end =
      target ? detail::call(*target, detail::Arguments::of(parameters), room.slot(), options)
             : detail::end_unfound(*state_->api(), target.error());
  const Moment now = state_->api()->now();
  if (end.result && end.request_id == RequestId{}) end.request_id = detail::next_id(now.wall);
  return detail::outcome_of_call(operation, end, room.slot().ref(), now.steady - began);
}

OperationTest Module::test(std::string_view operation, Value parameters,
                           const OperationTestOptions& options) const {
  return detail::call_in_stages(*state_->api(), state_->identity(), operation,
                                std::move(parameters), options);
}

Result<std::shared_ptr<detail::AsyncCall>> Module::begin(
    std::string_view operation, const detail::Arguments& arguments,
    std::shared_ptr<detail::CallReceiver> receiver, const CallOptions& options) const {
  const auto target = find_to_call(operation);
  if (!target) return target.error();
  return detail::start(*target, arguments, std::move(receiver), options);
}

}  // namespace modcomm
