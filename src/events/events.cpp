#include "events/events.hpp"

#include <algorithm>
#include <limits>
#include <ranges>

#include <modcomm/detail/event_handler.hpp>
#include <modcomm/name.hpp>
#include <modcomm/system_event.hpp>

#include "bus/dispatch.hpp"
#include "bus/subscriber.hpp"
#include "events/replayer.hpp"

namespace modcomm::detail {
namespace {

constexpr std::string_view default_channel = "Events";
constexpr std::string_view own_prefix = "System.";

/// Nobody gets the record but who shares it.
Result<MessageId> keep_back(Draft& draft, const PublishOptions& options) {
  const auto record = draft.detach(options);
  if (!record) return record.error();
  return Dispatch::adopt(*record).id();
}

/// As the bus knows filters: they look at the message that stands for the event.
Filter as_filter(EventFilter filter) {
  if (!filter.matches) return {.name = std::move(filter.name), .order = filter.order};
  return {.name = std::move(filter.name),
          .matches = [matches = std::move(filter.matches)](
                         const Message& message) { return matches(*BorrowedEvent(message)); },
          .order = filter.order};
}

Filter of_channel(const std::string& channel) {
  return {.name = "channel " + channel,
          .matches =
              [channel](const Message& message) {
                const BorrowedEvent event(message);
                return (*event).broadcast() || (*event).channel() == channel;
              },
          .order = std::numeric_limits<int>::min()};
}

/// What was replayed is not delivered a second time.
Filter behind(const History::Mark& mark) {
  return {.name = "not replayed",
          .matches =
              [mark](const Message& message) {
                const std::uint64_t sequence = (*BorrowedEvent(message)).sequence();
                if (sequence != 0) return sequence > mark.sequence;
                const std::uint64_t ordinal = Dispatch::record_of(message).ordinal;
                return ordinal == 0 || ordinal > mark.ordinal;
              },
          .order = std::numeric_limits<int>::min()};
}

std::vector<Filter> in_order(std::vector<Filter> filters) {
  std::ranges::stable_sort(filters, {}, &Filter::order);
  return filters;
}

SubscribeOptions subscribe_options(EventHandlerOptions&& wanted) {
  SubscribeOptions options{.priority = wanted.priority,
                           .ignore_case = wanted.ignore_case,
                           .concurrent = wanted.concurrent,
                           .capacity = wanted.capacity,
                           .max_bytes = wanted.max_bytes,
                           .overflow = wanted.overflow,
                           .keep_errors = wanted.keep_errors,
                           .redelivery = std::move(wanted.redelivery),
                           .on_end = std::move(wanted.on_end)};
  if (!wanted.channel.empty()) options.filters.push_back(of_channel(wanted.channel));
  for (EventFilter& filter : wanted.filters)
    options.filters.push_back(as_filter(std::move(filter)));
  return options;
}

}  // namespace

Events::Events(Core& core, HistoryOptions options, std::shared_ptr<EventStore> store,
               std::shared_ptr<ConsumerRegistry> consumers)
    : core_(core),
      channel_(core.events()),
      remembers_(options.max_events > 0),
      history_(options),
      store_(std::move(store)),
      consumers_(std::move(consumers)),
      receipts_(std::make_shared<Receipts>(channel_->context())) {}

// ---- emitting ----

Result<std::shared_ptr<const EventTarget>> Events::target(const ModuleIdentity& source,
                                                          std::string_view name) {
  if (auto ok = check_type_name("event", name); !ok) return ok.error();
  if (name.starts_with(own_prefix) && &source != &context().itself) {
    return Error(Code::invalid_argument, reason::bad_name,
                 "events whose names begin with 'System.' are the bus's own; choose another name");
  }
  const auto type = channel_->type(name);
  if (!type) return type.error();
  auto target = std::make_shared<EventTarget>();
  target->channel = channel_;
  target->type = *type;
  if (target->type == nullptr) target->type_name = name;
  target->source = &source;
  target->events = shared_from_this();
  return std::shared_ptr<const EventTarget>(std::move(target));
}

Result<void> Events::check(const EmitOptions& options) {
  if (options.channel == default_channel) return {};
  const auto found = core_.find_to_subscribe(options.channel);  // which makes a missing one
  if (!found) return found.error();
  return {};
}

void Events::attach(Draft& draft, const EmitOptions& options, bool stored) {
  if (!stored && !options.broadcast && options.channel == default_channel) return;
  draft.attach({.channel = std::string(options.channel), .broadcast = options.broadcast});
}

PublishOptions Events::publish_options(const EmitOptions& options) noexcept {
  return {.priority = options.priority,
          .ttl = options.ttl,
          .headers = options.headers,
          .correlation_id = options.correlation_id,
          .id = options.id};
}

Result<EventReceipt> Events::put(Draft& draft, const EmitOptions& options) {
  if (auto ok = check(options); !ok) return ok.error();
  attach(draft, options, false);
  const auto accepted = put(draft, publish_options(options), keeps(options), true);
  if (!accepted) return accepted.error();
  return EventReceipt{.id = *accepted};
}

Result<MessageId> Events::put(Draft& draft, const PublishOptions& options, bool keep,
                              bool deliver) {
  if (!keep) return draft.publish(options);
  Result<MessageId> accepted = MessageId{};
  Event event = EventAccess::event(Dispatch::adopt(draft.share()));
  history_.add(std::move(event), now(), [&](std::uint64_t ordinal) {
    draft.number(ordinal);
    accepted = deliver ? draft.publish(options) : keep_back(draft, options);
    return accepted.has_value();
  });
  return accepted;
}

Result<EventReceipt> emit_draft(const EventTarget& target, Draft& draft,
                                const EmitOptions& options) {
  return target.events->emit(draft, options);
}

Result<void> emit_draft_async(const EventTarget& target, Draft& draft, const EmitOptions& options,
                              ReceiptFunction done) {
  return target.events->emit_async(draft, options, std::move(done));
}

/// A bus without handlers of events starts no thread for what it tells itself.
void Events::tell(const Notice& notice) {
  const bool deliver = channel_->routing().size() > 0;
  if (!deliver && !remembers_) return;
  const auto target =
      this->target(context().itself, std::string(own_prefix) + std::string(notice.name));
  if (!target) return;
  Draft draft(**target, sizeof(SystemEvent));
  draft.put(SystemEvent{.subject = notice.subject, .detail = notice.detail});
  static_cast<void>(put(draft, {}, remembers_, deliver));
}

// ---- handling ----

Result<std::shared_ptr<Subscriber>> Events::subscribe(const ModuleIdentity& module,
                                                      std::string_view pattern,
                                                      std::unique_ptr<Handler> handler,
                                                      EventHandlerOptions wanted) {
  if (!wanted.channel.empty()) {
    if (auto ok = check_name("channel", wanted.channel); !ok) return ok.error();
  }
  const Replay replay = wanted.replay;
  const bool replays = replay.from() != Replay::From::now;
  wanted.concurrent = wanted.concurrent || replays;
  SubscribeOptions options = subscribe_options(std::move(wanted));
  auto glob = core_.check_subscription(pattern, options);
  if (!glob) return glob.error();
  auto made = replays ? subscribe_behind(module, std::move(*glob), std::move(handler),
                                         std::move(options), replay)
                      : core_.add_event_handler(module, std::move(*glob), std::move(handler),
                                                std::move(options), false);
  if (made) core_.announce(**made);
  return made;
}

Result<std::shared_ptr<Subscriber>> Events::subscribe_behind(const ModuleIdentity& module,
                                                             Glob pattern,
                                                             std::unique_ptr<Handler> handler,
                                                             SubscribeOptions options,
                                                             const Replay& replay) {
  std::vector<Filter> filters = in_order(options.filters);
  Result<std::shared_ptr<Subscriber>> made = std::shared_ptr<Subscriber>();
  std::uint64_t last_stored = 0;
  std::vector<Remembered> remembered = history_.snapshot(now(), [&](const History::Mark& mark) {
    last_stored = mark.sequence;
    options.filters.push_back(behind(mark));
    made = core_.add_event_handler(module, std::move(pattern), std::move(handler),
                                   std::move(options), true);
  });
  if (!made) return made;
  std::optional<StoredPast> stored;
  if (store_ != nullptr) {
    auto past = stored_past(last_stored);
    if (!past) {
      (*made)->end(past.error());
      return past.error();
    }
    stored = std::move(*past);
  }
  context().executor->post(std::make_shared<Replayer>(
      *made, Past(channel_, std::move(remembered), std::move(stored)), replay, std::move(filters)));
  return made;
}

// ---- the history ----

Result<EventPage> Events::find(const EventQuery& query) {
  return query.stored ? find_stored(query) : history_.find(query, now());
}

Result<std::uint64_t> Events::clear(const EventQuery& query) {
  const auto match = EventMatch::make(query);
  if (!match) return match.error();
  if (!query.stored) return history_.clear(*match, now());
  return clear_stored(query);
}

EventInfo Events::info() {
  EventInfo info = history_.info(now());
  info.counts = channel_->counts();
  info.deliveries = channel_->routing().totals();
  return info;
}

}  // namespace modcomm::detail
