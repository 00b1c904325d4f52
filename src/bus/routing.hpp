// Who receives which type: the subscriptions of one channel, and a cached route for each type.
//
// A route is immutable but for its counter. Publishers and strands use it without a lock: they show
// it in their slot first (a hazard pointer), and a replaced route is freed when no slot shows it.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include <modcomm/channel.hpp>
#include <modcomm/detail/handler.hpp>

#include "bus/context.hpp"
#include "observe/counter.hpp"

namespace modcomm::detail {

class Channel;
class Routing;
class Subscriber;

class Route {
 public:
  /// Where the message stops: the handler stands beside its subscriber, which saves two hops.
  struct Stop {
    Subscriber* subscriber;
    Handler* handler;
    Handler::Invoke invoke;
  };

  explicit Route(std::uint64_t version) noexcept : version_(version) {}

  void add(std::shared_ptr<Subscriber> subscriber);
  bool contains(const Subscriber& subscriber) const noexcept;

  std::uint64_t version() const noexcept { return version_; }
  const std::vector<Stop>& stops() const noexcept { return stops_; }  // in the order of handlers

  /// Another message goes this way; by whoever delivers alone, or by many at once.
  void count_alone(WallTime time) noexcept {
    count_.store(count_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    last_.store(time.time_since_epoch().count(), std::memory_order_relaxed);
  }
  void count_shared(WallTime time, const Slot& slot) noexcept {
    if (slot.number < counts_of_slots_.size()) [[likely]] {
      counts_of_slots_[slot.number].add_single_writer();
    } else {
      count_.fetch_add(1, std::memory_order_relaxed);
    }
    last_.store(time.time_since_epoch().count(), std::memory_order_relaxed);
  }
  std::uint64_t count() const noexcept {
    std::uint64_t count = count_.load(std::memory_order_relaxed);
    for (const Counter& each : counts_of_slots_) count += each.value();
    return count;
  }
  std::int64_t last() const noexcept { return last_.load(std::memory_order_relaxed); }

 private:
  const std::uint64_t version_;
  std::vector<Stop> stops_;
  std::vector<std::shared_ptr<Subscriber>> owned_;
  std::atomic<std::uint64_t> count_ = 0;
  std::atomic<std::int64_t> last_ = 0;
  std::array<Counter, Slots::first_slots> counts_of_slots_;  // whose users share no locked step
};

/// A message type on one channel.
class TypeEntry {
 public:
  TypeEntry(Channel& channel, std::string_view name) : channel_(channel), name_(name) {}
  ~TypeEntry();
  TypeEntry(const TypeEntry&) = delete;
  TypeEntry& operator=(const TypeEntry&) = delete;

  Channel& channel() const noexcept { return channel_; }
  const std::string& name() const noexcept { return name_; }

 private:
  friend class Routing;
  Channel& channel_;
  const std::string name_;
  std::atomic<Route*> route_ = nullptr;  // owned
};

class Routing {
 public:
  explicit Routing(Context& context) : context_(context) {}
  Routing(const Routing&) = delete;
  Routing& operator=(const Routing&) = delete;
  ~Routing() = default;

  /// The entry of a type, made when it is new; null when the channel knows too many types.
  TypeEntry* intern(Channel& channel, std::string_view type);

  /// The current route of a type, shown in `slot` until it shows another one.
  Route& route_of(TypeEntry& type, Slot& slot);

  void add(std::shared_ptr<Subscriber> subscriber);
  /// False if it was not there (any more).
  bool remove(const Subscriber& subscriber);

  std::vector<std::shared_ptr<Subscriber>> subscribers() const;
  std::size_t size() const;
  /// Everybody whose handler may run: subscribers, and those removed a moment ago.
  std::vector<std::shared_ptr<Subscriber>> everybody() const;

  /// How many messages its routes carried, and when the last one was stamped.
  struct Received {
    std::uint64_t count = 0;
    std::int64_t last = 0;
  };
  Received received(const Subscriber& subscriber) const;
  /// The same for all routes there ever were.
  Received carried() const;

  /// The deliveries of all subscriptions there ever were.
  DeliveryCounts totals() const;

  /// A type that is the message's own goes with it: its route's counts are kept.
  void retire(TypeEntry& type);

  /// Lets go of removed subscriptions that were in use when they were removed.
  void collect() {
    if (has_departed_.load(std::memory_order_relaxed)) collect_departed();
  }

 private:
  using Lock = std::unique_lock<std::mutex>;
  using Routes = std::vector<std::unique_ptr<Route>>;
  using Subscribers = std::vector<std::shared_ptr<Subscriber>>;

  void renew(TypeEntry& type);
  std::unique_ptr<Route> build(const TypeEntry& type) const;
  void replace(TypeEntry& type, std::unique_ptr<Route> fresh, Routes& free);
  void reclaim(Routes& free);
  void collect_departed();
  void fold(const Route& route);
  bool is_on_a_route(const Subscriber& subscriber) const;
  Received received_locked(const Subscriber& subscriber) const;
  template <class Visit>
  void for_each_route(Visit visit) const;

  Context& context_;
  std::atomic<std::uint64_t> version_ = 1;
  std::atomic<bool> has_departed_ = false;

  mutable std::mutex mutex_;
  // guarded by mutex_
  Subscribers subscribers_;  // sorted: highest handler priority first, then oldest
  Subscribers departed_;     // still on a route that may be in use, or with deliveries to end
  DeliveryCounts departed_totals_;
  Received folded_;
  std::unordered_map<std::string_view, std::unique_ptr<TypeEntry>> types_;
  Routes retired_;
};

}  // namespace modcomm::detail
