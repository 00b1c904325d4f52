#include "bus/routing.hpp"

#include <algorithm>

#include "bus/subscriber.hpp"
#include "core/os_barrier.hpp"

namespace modcomm::detail {
namespace {

constexpr std::size_t max_types = 4096;
constexpr std::size_t many_retired = 16;

bool runs_before(const std::shared_ptr<Subscriber>& a, const std::shared_ptr<Subscriber>& b) {
  return a->priority() != b->priority() ? a->priority() > b->priority() : a->id() < b->id();
}

}  // namespace

void Route::add(std::shared_ptr<Subscriber> subscriber) {
  Handler& handler = subscriber->handler();
  stops_.push_back({.subscriber = subscriber.get(), .handler = &handler, .invoke = handler.invoke});
  owned_.push_back(std::move(subscriber));
}

bool Route::contains(const Subscriber& subscriber) const noexcept {
  return std::ranges::any_of(stops_,
                             [&](const Stop& stop) { return stop.subscriber == &subscriber; });
}

TypeEntry::~TypeEntry() { delete route_.load(); }  // NOLINT(cppcoreguidelines-owning-memory)

TypeEntry* Routing::intern(Channel& channel, std::string_view type) {
  const Lock lock(mutex_);
  const auto found = types_.find(type);
  if (found != types_.end()) return found->second.get();
  if (types_.size() >= max_types) return nullptr;
  auto entry = std::make_unique<TypeEntry>(channel, type);
  TypeEntry* const interned = entry.get();
  types_.emplace(interned->name(), std::move(entry));
  return interned;
}

Route& Routing::route_of(TypeEntry& type, Slot& slot) {
  for (;;) {
    Route* route = type.route_.load(std::memory_order_acquire);
    slot.route.store(route, std::memory_order_release);
    light_barrier();
    if (type.route_.load(std::memory_order_acquire) != route) continue;
    if (route != nullptr && route->version() == version_.load(std::memory_order_acquire))
        [[likely]] {
      return *route;
    }
    renew(type);
  }
}

void Routing::renew(TypeEntry& type) {
  Routes free;
  const Lock lock(mutex_);
  const Route* route = type.route_.load(std::memory_order_relaxed);
  if (route == nullptr || route->version() != version_.load(std::memory_order_relaxed)) {
    replace(type, build(type), free);
  }
}

std::unique_ptr<Route> Routing::build(const TypeEntry& type) const {
  auto route = std::make_unique<Route>(version_.load(std::memory_order_relaxed));
  for (const auto& subscriber : subscribers_) {
    if (subscriber->pattern().matches(type.name())) route->add(subscriber);
  }
  return route;
}

void Routing::replace(TypeEntry& type, std::unique_ptr<Route> fresh, Routes& free) {
  std::unique_ptr<Route> old(type.route_.exchange(fresh.release(), std::memory_order_acq_rel));
  if (old == nullptr) return;
  retired_.push_back(std::move(old));
  if (retired_.size() >= many_retired) reclaim(free);
}

/// Moves routes that nobody uses any more to `free`, to be destroyed without the lock.
void Routing::reclaim(Routes& free) {
  heavy_barrier();
  const auto in_use = [&](const std::unique_ptr<Route>& route) {
    bool shown = false;
    context_.slots.for_each([&](const Slot& slot) {
      shown |= slot.route.load(std::memory_order_acquire) == route.get();
    });
    return shown;
  };
  const auto unused = std::stable_partition(retired_.begin(), retired_.end(), in_use);
  for (auto route = unused; route != retired_.end(); ++route) {
    fold(**route);
    free.push_back(std::move(*route));
  }
  retired_.erase(unused, retired_.end());
  std::erase_if(departed_, [&](const std::shared_ptr<Subscriber>& subscriber) {
    if (is_on_a_route(*subscriber) || subscriber->has_waiting()) return false;
    departed_totals_ += subscriber->counts(subscriber->folded);
    auto keep = std::make_unique<Route>(0);  // dies with the others, without the lock
    keep->add(subscriber);
    free.push_back(std::move(keep));
    return true;
  });
  has_departed_.store(!departed_.empty(), std::memory_order_relaxed);
}

void Routing::fold(const Route& route) {
  folded_.count += route.count();
  folded_.last = std::max(folded_.last, route.last());
  for (const Route::Stop& stop : route.stops()) {
    stop.subscriber->folded += route.count();
    stop.subscriber->folded_last = std::max(stop.subscriber->folded_last, route.last());
  }
}

template <class Visit>
void Routing::for_each_route(Visit visit) const {
  for (const auto& route : retired_) visit(*route);
  for (const auto& [name, type] : types_) {
    const Route* route = type->route_.load(std::memory_order_acquire);
    if (route != nullptr) visit(*route);
  }
}

bool Routing::is_on_a_route(const Subscriber& subscriber) const {
  bool found = false;
  for_each_route([&](const Route& route) { found |= route.contains(subscriber); });
  return found;
}

void Routing::add(std::shared_ptr<Subscriber> subscriber) {
  const Lock lock(mutex_);
  const auto place = std::ranges::upper_bound(subscribers_, subscriber, runs_before);
  subscribers_.insert(place, std::move(subscriber));
  version_.fetch_add(1, std::memory_order_release);
}

bool Routing::remove(const Subscriber& subscriber) {
  Routes free;
  const Lock lock(mutex_);
  const auto found =
      std::ranges::find_if(subscribers_, [&](const auto& s) { return s.get() == &subscriber; });
  if (found == subscribers_.end()) return false;
  departed_.push_back(std::move(*found));
  subscribers_.erase(found);
  version_.fetch_add(1, std::memory_order_release);
  for (const auto& [name, type] : types_) {
    const Route* route = type->route_.load(std::memory_order_relaxed);
    if (route != nullptr && route->contains(subscriber)) replace(*type, nullptr, free);
  }
  reclaim(free);
  return true;
}

void Routing::collect_departed() {
  Routes free;
  const Lock lock(mutex_);
  reclaim(free);
}

std::vector<std::shared_ptr<Subscriber>> Routing::subscribers() const {
  const Lock lock(mutex_);
  return subscribers_;
}

std::vector<std::shared_ptr<Subscriber>> Routing::everybody() const {
  const Lock lock(mutex_);
  Subscribers all = subscribers_;
  all.insert(all.end(), departed_.begin(), departed_.end());
  return all;
}

std::size_t Routing::size() const {
  const Lock lock(mutex_);
  return subscribers_.size();
}

Routing::Received Routing::received(const Subscriber& subscriber) const {
  const Lock lock(mutex_);
  return received_locked(subscriber);
}

Routing::Received Routing::received_locked(const Subscriber& subscriber) const {
  Received received{.count = subscriber.folded, .last = subscriber.folded_last};
  for_each_route([&](const Route& route) {
    if (!route.contains(subscriber)) return;
    received.count += route.count();
    received.last = std::max(received.last, route.last());
  });
  return received;
}

Routing::Received Routing::carried() const {
  const Lock lock(mutex_);
  Received carried = folded_;
  for_each_route([&](const Route& route) {
    carried.count += route.count();
    carried.last = std::max(carried.last, route.last());
  });
  return carried;
}

DeliveryCounts Routing::totals() const {
  const Lock lock(mutex_);
  DeliveryCounts totals = departed_totals_;
  for (const Subscribers* group : {&subscribers_, &departed_}) {
    for (const auto& subscriber : *group) {
      totals += subscriber->counts(received_locked(*subscriber).count);
    }
  }
  return totals;
}

void Routing::retire(TypeEntry& type) {
  Routes free;
  const Lock lock(mutex_);
  replace(type, nullptr, free);
}

}  // namespace modcomm::detail
