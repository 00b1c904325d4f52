// The events of one bus: emitted, stored, remembered, delivered, replayed.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include <modcomm/detail/emit.hpp>
#include <modcomm/event.hpp>
#include <modcomm/history_file.hpp>
#include <modcomm/notice.hpp>

#include "bus/core.hpp"
#include "events/consumer_registry.hpp"
#include "events/event_store.hpp"
#include "events/history.hpp"
#include "events/in_flight.hpp"
#include "events/past.hpp"
#include "events/receipts.hpp"

namespace modcomm::detail {

class HistoryReader;
class HistoryWriter;

class Events final : public std::enable_shared_from_this<Events> {
 public:
  /// Without a store, it and the consumers are null.
  Events(Core& core, HistoryOptions options, std::shared_ptr<EventStore> store,
         std::shared_ptr<ConsumerRegistry> consumers);

  /// Which event a module emits by that name. invalid_argument / bad_name.
  Result<std::shared_ptr<const EventTarget>> target(const ModuleIdentity& source,
                                                    std::string_view name);
  Result<EventReceipt> emit(Draft& draft, const EmitOptions& options);
  Result<void> emit_async(Draft& draft, const EmitOptions& options, ReceiptFunction done);
  /// What a lower floor has to tell, as an event "System.…".
  void tell(const Notice& notice);

  Result<std::shared_ptr<Subscriber>> subscribe(const ModuleIdentity& module,
                                                std::string_view pattern,
                                                std::unique_ptr<Handler> handler,
                                                EventHandlerOptions wanted);

  Result<EventPage> find(const EventQuery& query);
  Result<std::uint64_t> clear(const EventQuery& query);
  EventInfo info();
  /// Those that the options choose, oldest first; not those that come meanwhile.
  Result<> give_history(HistoryWriter& writer, const ExportOptions& options);
  /// What the file holds and the bus has not.
  Result<ImportReport> take_history(HistoryReader& reader, const ImportOptions& options);

  // the store
  /// Remembers the newest events of the store. Before any other event.
  void remember_stored();
  StoreInfo store_info() const;
  Result<std::vector<NameCount>> stored_names(std::size_t limit);
  /// Waits until every event that was taken is stored and put, and whoever waited for it was told. False at
  /// the deadline.
  bool settle(SteadyTime deadline);
  bool settled() { return in_flight_->none(); }
  Result<> close_store(SteadyTime deadline);

 private:
  struct Pending;
  class Import;

  WallTime now() const { return context().clock->now().wall; }
  Context& context() const noexcept { return *channel_->context(); }
  Result<MessageId> put(Draft& draft, const PublishOptions& options, bool keep, bool deliver);
  bool keeps(const EmitOptions& options) const noexcept {
    return remembers_ && options.keep == Keep::memory;
  }
  Result<void> check(const EmitOptions& options);
  static PublishOptions publish_options(const EmitOptions& options) noexcept;
  static void attach(Draft& draft, const EmitOptions& options, bool stored);
  /// The receipt of an event that is not stored.
  Result<EventReceipt> put(Draft& draft, const EmitOptions& options);

  // events_export.cpp
  struct Places;
  Result<Places> places(EventQuery query, std::uint64_t last);

  // events_stored.cpp
  /// What becomes of an event. Stored with the level memory: nothing is waited for.
  struct Wish {
    bool stored = false;
    Durability level = Durability::memory;
  };
  Result<Wish> wish_of(const EmitOptions& options) const;
  /// Who is told, if anybody: a user's function where it holds up nobody, ours at once.
  struct Done {
    ReceiptFunction call{};
    bool is_users = true;
  };
  /// `done` may come on the log's task, or within. An error: it never comes.
  Result<MessageId> persist(Draft& draft, const EmitOptions& options, Durability wanted, Done done);
  /// What became of an event on its way to the store, for whoever looks at that.
  void note(const Result<store::LogReceipt>& receipt) const;
  /// Remembers it, and delivers it to nobody.
  void remember(const Event& event);
  void committed(Pending& pending, const Result<store::LogReceipt>& receipt);
  void put_stored(Pending& pending, std::uint64_t sequence);
  Result<StoredPast> stored_past(std::uint64_t last) const;
  void tell_damage() const;
  Result<EventPage> find_stored(const EventQuery& query) const;
  Result<std::uint64_t> clear_stored(const EventQuery& query);

  Result<std::shared_ptr<Subscriber>> subscribe_behind(const ModuleIdentity& module, Glob pattern,
                                                       std::unique_ptr<Handler> handler,
                                                       SubscribeOptions options,
                                                       const Replay& replay);
  Core& core_;
  const std::shared_ptr<Channel> channel_;
  const bool remembers_;
  History history_;
  const std::shared_ptr<EventStore> store_;
  const std::shared_ptr<ConsumerRegistry> consumers_;
  std::atomic<bool> importing_ = false;
  const std::shared_ptr<InFlight> in_flight_ = std::make_shared<InFlight>();
  const std::shared_ptr<Receipts> receipts_;
};

}  // namespace modcomm::detail
