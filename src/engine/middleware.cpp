#include <modcomm/bus.hpp>
#include <modcomm/middleware.hpp>

#include "engine/engine.hpp"

namespace modcomm {
namespace {

// ---- where the middleware of each kind is kept ----

template <class Change>
auto with_chain(detail::Engine& engine, const std::string& operation, const CallMiddleware*,
                Change change) -> decltype(change(engine.api()->middleware())) {
  if (operation.empty()) return change(engine.api()->middleware());
  const auto found = engine.api()->find(operation);
  if (!found) return found.error();
  return change((*found)->own_middleware());
}

template <class Kind, class Change>
auto with_chain(detail::Engine& engine, const std::string& channel, const Kind* kind, Change change)
    -> decltype(change(engine.core().context().chain(kind))) {
  if (channel.empty()) {
    auto done = change(engine.core().context().chain(kind));
    engine.core().middleware_changed();
    return done;
  }
  const auto found = engine.core().find(channel);
  if (!found) return found.error();
  auto done = change((*found)->chain(kind));
  (*found)->middleware_changed();
  return done;
}

template <class Kind, class Change>
auto with(const std::shared_ptr<detail::Engine>& engine, const std::string& scope, Change change) {
  return with_chain(*engine, scope, static_cast<const Kind*>(nullptr), std::move(change));
}

WallTime now(detail::Engine& engine) { return engine.core().context().clock->now().wall; }

}  // namespace

template <class Kind>
Result<void> MiddlewareList<Kind>::add(Kind middleware) const {
  return with<Kind>(engine_, scope_,
                    [&](auto& chain) { return chain.add(std::move(middleware), now(*engine_)); });
}

template <class Kind>
Result<void> MiddlewareList<Kind>::replace(Kind middleware) const {
  return with<Kind>(engine_, scope_, [&](auto& chain) {
    return chain.replace(std::move(middleware), now(*engine_));
  });
}

template <class Kind>
Result<void> MiddlewareList<Kind>::remove(std::string_view name) const {
  return with<Kind>(engine_, scope_, [&](auto& chain) { return chain.remove(name); });
}

template <class Kind>
Result<void> MiddlewareList<Kind>::enable(std::string_view name, bool enabled) const {
  return with<Kind>(engine_, scope_, [&](auto& chain) { return chain.enable(name, enabled); });
}

template <class Kind>
Result<std::vector<MiddlewareInfo>> MiddlewareList<Kind>::list() const {
  return with<Kind>(engine_, scope_, [&](auto& chain) -> Result<std::vector<MiddlewareInfo>> {
    return chain.list();
  });
}

template class MiddlewareList<CallMiddleware>;
template class MiddlewareList<PublishMiddleware>;
template class MiddlewareList<DeliveryMiddleware>;

MiddlewareList<CallMiddleware> Bus::call_middleware(std::string_view operation) const {
  return {engine_, std::string(operation)};
}

MiddlewareList<PublishMiddleware> Bus::publish_middleware(std::string_view channel) const {
  return {engine_, std::string(channel)};
}

MiddlewareList<DeliveryMiddleware> Bus::delivery_middleware(std::string_view channel) const {
  return {engine_, std::string(channel)};
}

}  // namespace modcomm
