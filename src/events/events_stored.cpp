// Events that go to the store: onto the disk first, then to history and handlers.
#include <algorithm>

#include "bus/dispatch.hpp"
#include "bus/extra.hpp"
#include "events/event_codec.hpp"
#include "events/events.hpp"
#include "events/result_box.hpp"

namespace modcomm::detail {
namespace {

Error unavailable(Durability wanted, std::string_view why) {
  return {Code::failed_precondition, reason::durability_unavailable,
          "'" + std::string(to_string(wanted)) + "' cannot be met: " + std::string(why)};
}

Error no_store() {
  return {Code::failed_precondition, reason::durability_unavailable,
          "this bus has no store; give BusOptions::store a folder"};
}

Result<store::IndexQuery> index_query(const EventQuery& query) {
  auto name = Glob::compile(query.name);
  if (!name) return name.error();
  return store::IndexQuery{.name = std::move(*name),
                           .channel = query.channel,
                           .source = query.source,
                           .correlation_id = query.correlation_id,
                           .since = query.since,
                           .until = query.until,
                           .oldest_first = query.oldest_first};
}

}  // namespace

/// On its way to the disk. Its place in the queue is kept until it comes back.
struct Events::Pending final : store::AppendWaiter {
  Pending(Events& its_events, Event its_event, Record* its_record)
      : events(its_events.weak_from_this()),
        channel(its_events.channel_),
        event(std::move(its_event)),
        record(its_record),
        token(its_events.in_flight_->begin()) {}
  Pending(const Pending&) = delete;
  Pending& operator=(const Pending&) = delete;
  ~Pending() override {
    if (record == nullptr) return;
    channel->mailbox().give_up(*record);
    release(record);
  }

  void appended(const Result<store::LogReceipt>& receipt) override {
    if (const auto all = events.lock()) all->committed(*this, receipt);
  }

  const std::weak_ptr<Events> events;
  const std::shared_ptr<Channel> channel;
  const Event event;
  Record* record;  // owned until it is put
  bool keep = false;
  Done done{};
  InFlight::Token token;
};

Result<Events::Wish> Events::wish_of(const EmitOptions& options) const {
  const Durability asked = options.durability.value_or(Durability::memory);
  if (asked == Durability::replicated) {
    return unavailable(asked, "this bus is one process; ask for fsynced");
  }
  if (store_ == nullptr && asked > Durability::memory) return no_store();
  const bool stored = store_ != nullptr && (options.persist || asked > Durability::memory);
  if (!stored) return Wish{};
  return Wish{.stored = true, .level = options.durability.value_or(Durability::fsynced)};
}

Result<EventReceipt> Events::emit(Draft& draft, const EmitOptions& options) {
  if (!options.persist && !options.durability) return put(draft, options);
  const auto wish = wish_of(options);
  if (!wish) return wish.error();
  if (!wish->stored) return put(draft, options);
  if (wish->level == Durability::memory) {
    const auto taken = persist(draft, options, Durability::written, {});
    if (!taken) return taken.error();
    return EventReceipt{.id = *taken};
  }
  const auto box = std::make_shared<Box<EventReceipt>>();
  const auto put = [box](const Result<EventReceipt>& receipt) { box->put(receipt); };
  const auto taken = persist(draft, options, wish->level, {.call = put, .is_users = false});
  if (!taken) return taken.error();
  const SteadyTime deadline = after(context().clock->now().steady, options.wait_for);
  const auto* const receipt = box->wait(*context().executor, deadline);
  if (receipt != nullptr) return *receipt;
  return Error(
      Code::deadline_exceeded, reason::timeout,
      "the store has not answered in time; the event may yet be stored. See why the disk is "
      "slow, or give it more time (wait_for)");
}

Result<void> Events::emit_async(Draft& draft, const EmitOptions& options, ReceiptFunction done) {
  const auto wish = wish_of(options);
  if (!wish) return wish.error();
  if (!wish->stored) {
    const auto receipt = put(draft, options);
    if (!receipt) return receipt.error();
    if (done) receipts_->tell(std::move(done), receipt, in_flight_->begin());
    return {};
  }
  const auto taken = persist(draft, options, std::max(wish->level, Durability::written),
                             {.call = std::move(done), .is_users = true});
  if (!taken) return taken.error();
  return {};
}

Result<MessageId> Events::persist(Draft& draft, const EmitOptions& options, Durability wanted,
                                  Done done) {
  if (auto ok = check(options); !ok) return ok.error();
  attach(draft, options, true);
  Event event = EventAccess::event(Dispatch::adopt(draft.share()));
  const auto record = draft.detach(publish_options(options));
  if (!record) return record.error();
  Event delivery = EventAccess::event(Dispatch::adopt(*record));  // until its place is kept
  auto body = encode(event);
  if (!body) return body.error();
  if (auto place = channel_->mailbox().reserve(**record); !place) return place.error();
  retain(*record);
  auto pending = std::make_unique<Pending>(*this, std::move(event), *record);
  pending->keep = keeps(options);
  pending->done = std::move(done);
  const MessageId id = delivery.id();
  store_->append(*body, wanted, std::move(pending));
  return id;
}

void Events::note(const Result<store::LogReceipt>& receipt) const {
  if (const auto news = store_->note(receipt)) {
    context().tell(news->name, news->subject, news->detail);
  }
  if (!receipt) return;
  store_->index_if_behind(receipt->sequence, *context().executor);
  consumers_->stored(receipt->sequence);
}

/// On the log's task, or where the event was refused at once.
void Events::committed(Pending& pending, const Result<store::LogReceipt>& receipt) {
  const MessageId id = pending.event.id();
  if (receipt) put_stored(pending, receipt->sequence);
  note(receipt);
  if (!pending.done.call) return;
  const auto answer =
      receipt ? Result<EventReceipt>(EventReceipt{
                    .id = id, .durability = receipt->durability, .sequence = receipt->sequence})
              : receipt.error();
  if (!pending.done.is_users) return pending.done.call(answer);
  receipts_->tell(std::move(pending.done.call), answer, std::move(pending.token));
}

void Events::put_stored(Pending& pending, std::uint64_t sequence) {
  pending.record->extra->event->sequence = sequence;
  const auto push = [&] {
    channel_->mailbox().push_reserved(std::exchange(pending.record, nullptr));
  };
  if (!pending.keep) return history_.pass(sequence, push);
  history_.add(pending.event, now(), [&](std::uint64_t ordinal) {
    pending.record->ordinal = ordinal;
    push();
    return true;
  });
}

// ---- the store ----

/// Throws Exception.
void Events::remember_stored() {
  if (store_ == nullptr) return;
  const std::uint64_t last = store_->extent().next_sequence - 1;
  const std::uint64_t room = remembers_ ? history_.options().max_events : 0;
  Past past(channel_, {}, stored_past(last).value());
  past.seek(last + 1 - std::min(room, last));
  while (auto message = room > 0 ? past.next() : std::nullopt) {
    remember(EventAccess::event(std::move(*message)));
  }
  history_.pass(last, [] {});
}

void Events::remember(const Event& event) {
  history_.add(event, now(), [&](std::uint64_t ordinal) {
    Dispatch::record_of(EventAccess::message(event)).ordinal = ordinal;
    return true;
  });
}

Result<StoredPast> Events::stored_past(std::uint64_t last) const {
  auto cleared = store_->cleared();
  if (!cleared) return cleared.error();
  return StoredPast{store_->extent(), last, std::move(*cleared)};
}

void Events::tell_damage() const {
  for (const Error& damage : store_->take_damage()) {
    context().tell(notice::store_damaged, "the store", damage.message());
  }
}

Result<EventPage> Events::find_stored(const EventQuery& query) const {
  if (store_ == nullptr) return no_store();
  const auto behind = start_of_page(query);
  if (!behind) return behind.error();
  auto wanted = index_query(query);
  if (!wanted) return wanted.error();
  wanted->behind = *behind;
  wanted->limit = query.limit + 1;  // one more says whether there is a further page
  auto rows = store_->find(*wanted);
  tell_damage();
  if (!rows) return rows.error();
  EventPage page;
  if (rows->size() > query.limit) {
    rows->pop_back();
    page.next = std::to_string(rows->back().sequence);
  }
  const Restorer restorer(channel_);
  const Result<> read = store_->read(*rows, [&](std::uint64_t sequence, std::string_view body) {
    auto message = restorer.restore(body, sequence);
    if (!message) return Result<>(message.error());
    page.events.push_back(EventAccess::event(std::move(*message)));
    return Result<>();
  });
  if (!read) return read.error();
  return page;
}

Result<std::uint64_t> Events::clear_stored(const EventQuery& query) {
  if (store_ == nullptr) return no_store();
  auto wanted = index_query(query);
  if (!wanted) return wanted.error();
  wanted->oldest_first = true;
  const auto rows = store_->find(*wanted);
  if (!rows) return rows.error();
  std::vector<store::SequenceRange> ranges;
  for (const store::IndexRow& row : *rows) {
    if (!ranges.empty() && ranges.back().last + 1 == row.sequence) {
      ranges.back().last = row.sequence;
    } else {
      ranges.push_back({row.sequence, row.sequence});
    }
  }
  if (!ranges.empty()) {
    const auto box = std::make_shared<Box<store::LogReceipt>>();
    store_->clear(ranges, [box](const auto& receipt) { box->put(receipt); });
    const auto* const receipt = box->wait(*context().executor, never);
    if (!*receipt) return receipt->error();
  }
  history_.clear(*EventMatch::make(query), now());
  return rows->size();
}

Result<std::vector<NameCount>> Events::stored_names(std::size_t limit) {
  if (store_ == nullptr) return no_store();
  const auto counts = store_->names(limit);
  if (!counts) return counts.error();
  std::vector<NameCount> names;
  for (const auto& [text, count] : *counts) names.push_back({text, count});
  return names;
}

StoreInfo Events::store_info() const { return store_ == nullptr ? StoreInfo{} : store_->info(); }

bool Events::settle(SteadyTime deadline) { return in_flight_->wait(*context().executor, deadline); }

Result<> Events::close_store(SteadyTime deadline) {
  return store_ == nullptr ? Result<>() : store_->close(deadline);
}

}  // namespace modcomm::detail
