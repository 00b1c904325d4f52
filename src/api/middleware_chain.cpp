#include "api/middleware_chain.hpp"

#include <algorithm>

#include <modcomm/name.hpp>

namespace modcomm::detail {
namespace {

ChainLinks::iterator find(ChainLinks& links, std::string_view name) {
  return std::ranges::find_if(links,
                              [&](const auto& link) { return link->middleware.name == name; });
}

Error no_middleware(std::string_view name) {
  return {Code::not_found, reason::no_middleware,
          "there is no middleware '" + std::string(name) + "'; list them to see which there are"};
}

Result<void> check(const Middleware& middleware) {
  if (const auto ok = check_name("middleware", middleware.name); !ok) return ok;
  if (middleware.function) return {};
  return Error(Code::invalid_argument, reason::validation,
               "middleware '" + middleware.name + "' has no function; give it one");
}

void insert(ChainLinks& links, std::shared_ptr<const ChainLink> link) {
  const auto place = std::ranges::upper_bound(
      links, link->middleware.order, {}, [](const auto& each) { return each->middleware.order; });
  links.insert(place, std::move(link));
}

}  // namespace

template <class Change>
Result<void> MiddlewareChain::change(Change change) {
  std::shared_ptr<const ChainLinks> old;  // dies after the lock
  const auto current = links_.lock();
  auto changed = std::make_shared<ChainLinks>(**current);
  if (const Result<void> done = change(*changed); !done) return done;
  old = std::exchange(*current, std::move(changed));
  version_.fetch_add(1, std::memory_order_acq_rel);
  return {};
}

Result<void> MiddlewareChain::add(Middleware middleware, WallTime now) {
  if (const auto ok = check(middleware); !ok) return ok;
  return change([&](ChainLinks& links) -> Result<void> {
    if (find(links, middleware.name) != links.end()) {
      return Error(
          Code::already_exists, reason::name_taken,
          "there is a middleware '" + middleware.name + "'; replace it, or choose another name");
    }
    insert(links, std::make_shared<const ChainLink>(std::move(middleware), now));
    return {};
  });
}

Result<void> MiddlewareChain::replace(Middleware middleware, WallTime now) {
  if (const auto ok = check(middleware); !ok) return ok;
  return change([&](ChainLinks& links) -> Result<void> {
    const auto found = find(links, middleware.name);
    if (found != links.end()) links.erase(found);
    insert(links, std::make_shared<const ChainLink>(std::move(middleware), now));
    return {};
  });
}

Result<void> MiddlewareChain::remove(std::string_view name) {
  return change([&](ChainLinks& links) -> Result<void> {
    const auto found = find(links, name);
    if (found == links.end()) return no_middleware(name);
    links.erase(found);
    return {};
  });
}

Result<void> MiddlewareChain::enable(std::string_view name, bool enabled) {
  return change([&](ChainLinks& links) -> Result<void> {
    const auto found = find(links, name);
    if (found == links.end()) return no_middleware(name);
    auto changed = std::make_shared<ChainLink>(**found);
    changed->middleware.enabled = enabled;
    *found = std::move(changed);
    return {};
  });
}

std::vector<MiddlewareInfo> MiddlewareChain::list() const {
  std::vector<MiddlewareInfo> all;
  const auto current = links();  // the loop alone would not keep it alive
  for (const auto& link : *current) {
    all.push_back({.name = link->middleware.name,
                   .order = link->middleware.order,
                   .position = all.size(),
                   .enabled = link->middleware.enabled,
                   .since = link->since});
  }
  return all;
}

std::shared_ptr<const ChainLinks> merged(const MiddlewareChain& outer,
                                         const MiddlewareChain& inner) {
  auto all = std::make_shared<ChainLinks>();
  for (const MiddlewareChain* chain : {&outer, &inner}) {
    const auto current = chain->links();
    for (const auto& link : *current) {
      if (link->middleware.enabled) insert(*all, link);
    }
  }
  return all->empty() ? nullptr : std::shared_ptr<const ChainLinks>(std::move(all));
}

}  // namespace modcomm::detail
