// The events of one bus: emitted, remembered, delivered, replayed.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <modcomm/detail/emit.hpp>
#include <modcomm/event.hpp>
#include <modcomm/notice.hpp>

#include "bus/core.hpp"
#include "events/history.hpp"

namespace modcomm::detail {

class Events final : public std::enable_shared_from_this<Events> {
 public:
  Events(Core& core, HistoryOptions options);

  /// Which event a module emits by that name. invalid_argument / bad_name.
  Result<std::shared_ptr<const EventTarget>> target(const ModuleIdentity& source,
                                                    std::string_view name);
  Result<EventReceipt> emit(Draft& draft, const EmitOptions& options);
  /// What a lower floor has to tell, as an event "System.…".
  void tell(const Notice& notice);

  Result<std::shared_ptr<Subscriber>> subscribe(const ModuleIdentity& module,
                                                std::string_view pattern,
                                                std::unique_ptr<Handler> handler,
                                                EventHandlerOptions wanted);

  Result<EventPage> find(const EventQuery& query);
  Result<std::uint64_t> clear(const EventQuery& query);
  EventInfo info();

 private:
  WallTime now() const { return context().clock->now().wall; }
  Context& context() const noexcept { return *channel_->context(); }
  Result<MessageId> put(Draft& draft, const PublishOptions& options, bool keep, bool deliver);
  Result<std::shared_ptr<Subscriber>> subscribe_behind(const ModuleIdentity& module, Glob pattern,
                                                       std::unique_ptr<Handler> handler,
                                                       SubscribeOptions options,
                                                       const Replay& replay);
  /// Those that a new handler gets first, oldest first.
  static std::vector<Message> to_replay(const std::vector<Event>& all, const Replay& replay,
                                        const Glob& pattern, const std::vector<Filter>& filters);

  Core& core_;
  const std::shared_ptr<Channel> channel_;
  const bool remembers_;
  History history_;
};

}  // namespace modcomm::detail
