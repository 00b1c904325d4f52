// What stands behind a Bus and its handles.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include <boost/unordered/unordered_flat_map.hpp>

#include <modcomm/bus.hpp>

#include "api/api.hpp"
#include "bus/core.hpp"
#include "core/guarded.hpp"
#include "events/consumer_registry.hpp"
#include "events/events.hpp"

namespace modcomm::detail {

/// Tells what lower floors notice: as an event, and to the sink that the bus was given; and keeps what they
/// give up.
class Notices {
 public:
  explicit Notices(NoticeSink sink) : sink_(std::move(sink)) {}

  void become_events(const std::shared_ptr<Events>& events) { *events_.lock() = events; }
  void become_letters(const std::shared_ptr<LetterOffice>& letters) { *letters_.lock() = letters; }
  void tell(const Notice& notice) const;
  Result<void> keep(DeadLetter letter) const;

 private:
  const NoticeSink sink_;
  Guarded<std::weak_ptr<Events>> events_;
  Guarded<std::weak_ptr<LetterOffice>> letters_;
};

/// Parts of an engine that are not made as its options say: tests have them, and floors above.
struct EngineParts {
  std::shared_ptr<store::Files> files{};          ///< Null: the store's folder.
  std::shared_ptr<store::StateDatabase> state{};  ///< Null: of the folder; of files, one in memory.
  Authorize authorize{};                          ///< Empty: everybody may call everything.
};

class Engine {
 public:
  explicit Engine(BusOptions options, EngineParts parts = {});

  Core& core() noexcept { return core_; }
  const std::shared_ptr<Api>& api() const noexcept { return api_; }
  Events& events() const noexcept { return *events_; }
  /// Null without a store.
  const std::shared_ptr<ConsumerRegistry>& consumers() const noexcept { return consumers_; }
  const std::shared_ptr<LetterOffice>& letters() const noexcept { return letters_; }
  bool start_processor();
  StopReport stop_processor(std::chrono::nanoseconds timeout, bool force);
  const BusOptions& options() const noexcept { return options_; }
  void refuse();
  Result<void> flush(std::chrono::nanoseconds timeout);
  Result<void> drain(std::chrono::nanoseconds timeout);
  Result<void> shut_down(std::chrono::nanoseconds timeout);
  Result<std::shared_ptr<ModuleState>> module(std::string_view name,
                                              const std::shared_ptr<Engine>& self);

 private:
  std::chrono::nanoseconds left_until(SteadyTime deadline) const;
  std::shared_ptr<EventStore> open_store(const std::shared_ptr<store::Files>& files) const;
  std::shared_ptr<store::StateDatabase> open_state(
      const std::shared_ptr<store::StateDatabase>& given) const;
  std::shared_ptr<LetterOffice> open_letters() const;
  /// To the subscription that it failed on, or one that is as that was.
  Result<void> give_back(const DeadLetter& letter) const;
  Result<void> call_again(const DeadLetter& letter) const;
  std::shared_ptr<ConsumerRegistry> open_consumers() const;
  /// Delivers what was accepted, events on their way to the store too.
  Result<void> drain_until(SteadyTime deadline);
  Error store_hangs() const;
  /// `done`, and no call runs any more; else an error that names what does.
  Result<void> unless_calls_run(const Result<void>& done, bool calls_ended) const;

  const bool own_threads_;
  const BusOptions options_;
  /// Of the log alone, so that handlers do not wait for the disk. Null where one executor was given for all.
  const std::shared_ptr<Executor> log_thread_;
  const std::shared_ptr<Notices> notices_;
  Core core_;
  const std::shared_ptr<Api> api_;
  const std::shared_ptr<EventStore> store_;            // null without one
  const std::shared_ptr<store::StateDatabase> state_;  // the same
  const std::shared_ptr<LetterOffice> letters_;
  const std::shared_ptr<ConsumerRegistry> consumers_;  // the same
  const std::shared_ptr<Events> events_;
};

/// What stands behind a bus, for functions that work on one.
class BusInside {
 public:
  static Events& events(const Bus& bus) noexcept { return bus.engine_->events(); }
};

/// A bus some parts of which are others than those that its options name.
class BusOnFiles {
 public:
  static std::unique_ptr<Bus> make(BusOptions options, Authorize authorize) {
    return make(std::move(options), EngineParts{.authorize = std::move(authorize)});
  }
  static std::unique_ptr<Bus> make(BusOptions options, std::shared_ptr<store::Files> files,
                                   std::shared_ptr<store::StateDatabase> state = nullptr) {
    return make(std::move(options),
                EngineParts{.files = std::move(files), .state = std::move(state)});
  }

 private:
  static std::unique_ptr<Bus> make(BusOptions options, EngineParts parts) {
    return std::unique_ptr<Bus>(
        new Bus(std::make_shared<Engine>(std::move(options), std::move(parts))));
  }
};

/// A module's handle from the inside, with the targets that it used before.
class ModuleState {
 public:
  ModuleState(std::shared_ptr<Engine> engine, const ModuleIdentity& identity)
      : engine_(std::move(engine)), identity_(identity) {}

  Core& core() const noexcept { return engine_->core(); }
  const std::shared_ptr<Api>& api() const noexcept { return engine_->api(); }
  const ModuleIdentity& identity() const noexcept { return identity_; }

  Result<std::shared_ptr<const Target>> target(std::string_view channel, std::string_view type);
  Result<std::shared_ptr<const EventTarget>> event_target(std::string_view name);
  Events& events() const noexcept { return engine_->events(); }
  const std::shared_ptr<ConsumerRegistry>& consumers() const noexcept {
    return engine_->consumers();
  }

 private:
  struct NameHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const noexcept {
      return std::hash<std::string_view>()(name);
    }
  };
  struct Names {
    std::string_view channel;
    std::string_view type;
  };
  struct StoredNames {
    std::string channel;
    std::string type;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(const auto& names) const noexcept {
      const std::hash<std::string_view> hash;
      return hash(names.channel) * 31 + hash(names.type);
    }
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(const auto& a, const auto& b) const noexcept {
      return a.channel == b.channel && a.type == b.type;
    }
  };
  using Targets =
      boost::unordered_flat_map<StoredNames, std::shared_ptr<const Target>, Hash, Equal>;

  Result<std::shared_ptr<const Target>> make_target(std::string_view channel,
                                                    std::string_view type) const;

  const std::shared_ptr<Engine> engine_;
  const ModuleIdentity& identity_;
  using EventTargets = boost::unordered_flat_map<std::string, std::shared_ptr<const EventTarget>,
                                                 NameHash, std::equal_to<>>;

  Guarded<Targets> targets_;
  Guarded<EventTargets> event_targets_;
};

}  // namespace modcomm::detail
