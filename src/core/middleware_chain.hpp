// Named middleware in its order, changeable while it is used: whoever runs it keeps the chain with
// which it began.
#pragma once

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <modcomm/middleware.hpp>
#include <modcomm/name.hpp>

#include "core/guarded.hpp"

namespace modcomm::detail {

template <class Kind>
struct ChainLink {
  Kind middleware{};
  WallTime since{};
};
template <class Kind>
using ChainLinks = std::vector<std::shared_ptr<const ChainLink<Kind>>>;

/// Behind those of the same order.
template <class Kind>
void insert(ChainLinks<Kind>& links, std::shared_ptr<const ChainLink<Kind>> link) {
  const auto place = std::ranges::upper_bound(
      links, link->middleware.order, {}, [](const auto& each) { return each->middleware.order; });
  links.insert(place, std::move(link));
}

template <class Kind>
class MiddlewareChain {
 public:
  using Link = ChainLink<Kind>;
  using Links = ChainLinks<Kind>;

  /// already_exists / name_taken; invalid_argument / bad_name or validation.
  Result<void> add(Kind middleware, WallTime now) {
    if (const auto ok = check(middleware); !ok) return ok;
    return change([&](Links& links) -> Result<void> {
      if (find(links, middleware.name) != links.end()) {
        return Error(
            Code::already_exists, reason::name_taken,
            "there is a middleware '" + middleware.name + "'; replace it, or choose another name");
      }
      insert(links, std::make_shared<const Link>(std::move(middleware), now));
      return {};
    });
  }

  /// Adds, or takes the place of the one of that name; with another order, the place of that order.
  Result<void> replace(Kind middleware, WallTime now) {
    if (const auto ok = check(middleware); !ok) return ok;
    return change([&](Links& links) -> Result<void> {
      const auto found = find(links, middleware.name);
      const bool stays = found != links.end() && (*found)->middleware.order == middleware.order;
      auto link = std::make_shared<const Link>(std::move(middleware), now);
      if (stays) {
        *found = std::move(link);
        return {};
      }
      if (found != links.end()) links.erase(found);
      insert(links, std::move(link));
      return {};
    });
  }

  /// not_found / no_middleware.
  Result<void> remove(std::string_view name) {
    return change([&](Links& links) -> Result<void> {
      const auto found = find(links, name);
      if (found == links.end()) return no_middleware(name);
      links.erase(found);
      return {};
    });
  }

  Result<void> enable(std::string_view name, bool enabled) {
    return change([&](Links& links) -> Result<void> {
      const auto found = find(links, name);
      if (found == links.end()) return no_middleware(name);
      auto changed = std::make_shared<Link>(**found);
      changed->middleware.enabled = enabled;
      *found = std::move(changed);
      return {};
    });
  }

  std::vector<MiddlewareInfo> list() const {
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

  /// All, in their order.
  std::shared_ptr<const Links> links() const { return *links_.lock(); }
  /// Rises with every change.
  std::uint64_t version() const noexcept { return version_.load(std::memory_order_acquire); }

 private:
  static typename Links::iterator find(Links& links, std::string_view name) {
    return std::ranges::find_if(links,
                                [&](const auto& link) { return link->middleware.name == name; });
  }

  static Error no_middleware(std::string_view name) {
    return {Code::not_found, reason::no_middleware,
            "there is no middleware '" + std::string(name) + "'; list them to see which there are"};
  }

  static Result<void> check(const Kind& middleware) {
    if (const auto ok = check_name("middleware", middleware.name); !ok) return ok;
    if (middleware.function) return {};
    return Error(Code::invalid_argument, reason::validation,
                 "middleware '" + middleware.name + "' has no function; give it one");
  }

  template <class Change>
  Result<void> change(Change change) {
    std::shared_ptr<const Links> old;  // dies after the lock
    const auto current = links_.lock();
    auto changed = std::make_shared<Links>(**current);
    if (const Result<void> done = change(*changed); !done) return done;
    old = std::exchange(*current, std::move(changed));
    version_.fetch_add(1, std::memory_order_acq_rel);
    return {};
  }

  std::atomic<std::uint64_t> version_ = 1;
  Guarded<std::shared_ptr<const Links>> links_{std::make_shared<const Links>()};
};

/// What two chains give together: the enabled links of both, low orders first, those of `outer`
/// before equals. Kept until one of them changes.
template <class Kind>
class MergedChain {
 public:
  using Links = ChainLinks<Kind>;

  /// Null if there is no middleware.
  std::shared_ptr<const Links> links(const MiddlewareChain<Kind>& outer,
                                     const MiddlewareChain<Kind>& inner) {
    if (version_.load(std::memory_order_acquire) != outer.version() + inner.version()) {
      merge(outer, inner);
    }
    if (!any_.load(std::memory_order_relaxed)) return nullptr;
    return *links_.lock();
  }

 private:
  void merge(const MiddlewareChain<Kind>& outer, const MiddlewareChain<Kind>& inner) {
    std::shared_ptr<const Links> old;  // dies after the lock
    const auto current = links_.lock();
    const std::uint64_t version = outer.version() + inner.version();
    auto all = std::make_shared<Links>();
    for (const MiddlewareChain<Kind>* chain : {&outer, &inner}) {
      const auto own = chain->links();
      for (const auto& link : *own) {
        if (link->middleware.enabled) insert(*all, link);
      }
    }
    if (all->empty()) all.reset();
    any_.store(all != nullptr, std::memory_order_relaxed);
    old = std::exchange(*current, std::move(all));
    version_.store(version, std::memory_order_release);
  }

  std::atomic<std::uint64_t> version_ = 0;  // of both, together
  std::atomic<bool> any_ = false;
  Guarded<std::shared_ptr<const Links>> links_;
};

}  // namespace modcomm::detail
