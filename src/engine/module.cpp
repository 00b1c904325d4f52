#include <modcomm/module.hpp>

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

}  // namespace modcomm
