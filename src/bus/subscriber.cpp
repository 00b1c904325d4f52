#include "bus/subscriber.hpp"

#include <algorithm>

#include "bus/channel.hpp"
#include "bus/dispatch.hpp"
#include "bus/extra.hpp"
#include "bus/time_summary.hpp"
#include "core/from_exception.hpp"
#include "observe/sampling.hpp"

namespace modcomm::detail {
namespace {

constexpr std::size_t most_errors = 1'000;

std::string describe_exception() {
  try {
    throw;
  } catch (const Exception& exception) {
    return exception.error().to_string();
  } catch (const std::exception& exception) {
    return exception.what();
  } catch (...) {
    return "something that is not a std::exception";
  }
}

}  // namespace

struct Subscriber::Times {
  explicit Times(Timing timing) : sampler(timing) {}
  Sampler sampler;
  HistogramRecorder queue;
  HistogramRecorder handler;
};

std::shared_ptr<Subscriber> Subscriber::make(SubscriberParts parts, bool paused) {
  auto self = std::make_shared<Subscriber>(std::move(parts));
  SubscribeOptions& options = self->parts_.options;
  if (options.redelivery.attempts > 1 || options.redelivery.dead_letter) {
    options.concurrent = true;
    self->redelivery_ = std::make_unique<Redelivery>(options.redelivery);
  }
  if (options.concurrent) {
    const MailboxLimits limits{.capacity = options.capacity,
                               .max_bytes = options.max_bytes,
                               .overflow = options.overflow,
                               .block_for = options.block_for};
    const bool held = self->parts_.held;
    self->mailbox_ = std::make_shared<Mailbox>(self->parts_.channel->context(), self->describe(),
                                               limits, self, paused || held);
    if (held) self->mailbox_->hold();
    if (held && !paused) self->mailbox_->resume();  // as soon as it is released
    self->times_ = std::make_unique<Times>(self->context().options.timing);
    self->gate() |= mailboxed;
  }
  return self;
}

Subscriber::Subscriber(SubscriberParts parts) : parts_(std::move(parts)) {
  since_ = context().clock->now().wall;
  auto active = std::make_shared<Filters>();
  for (Filter& filter : parts_.options.filters) {
    insert(*active, std::move(filter));
  }
  parts_.options.filters.clear();
  if (active->empty()) return;
  *filters_.lock() = std::move(active);
  gate() |= filtered;
}

Subscriber::~Subscriber() = default;

std::string Subscriber::describe() const {
  return "subscription " + std::to_string(parts_.id) + " ('" +
         std::string(parts_.pattern.pattern()) + "' on channel '" + parts_.channel->name() + "')";
}

Context& Subscriber::context() const noexcept { return *parts_.channel->context(); }

bool Subscriber::handle_with_care(const Message& message, Record& record) {
  const unsigned flags = gate().load(std::memory_order_acquire);
  const std::string_view target = target_of(record);
  const bool meant = target.empty() || target == module().name;
  if ((flags & closed) != 0 || !meant || ((flags & filtered) != 0 && !passes_filters(message))) {
    skipped_.add();
    return false;
  }
  if (has_expired(record)) {
    expired_.add();
    return true;
  }
  if ((flags & mailboxed) == 0) {
    run(message);
    return true;
  }
  retain(&record);
  const Result<void> pushed = mailbox_->push(&record);
  if (pushed) return true;
  release(&record);
  const bool was_closed = pushed.error().reason() == reason::closed;
  (was_closed ? skipped_ : refused_).add();
  return !was_closed;
}

bool Subscriber::has_expired(const Record& record) const noexcept {
  return record.expires != never && record.expires <= context().clock->now().steady;
}

void Subscriber::run(const Message& message) {
  if ((gate().load(std::memory_order_acquire) & wrapped) == 0) {
    return parts_.handler->handle(message);
  }
  const auto links = parts_.channel->around_delivery();
  if (links == nullptr) return parts_.handler->handle(message);
  Reception reception(*this, message);
  if (const auto done = run_from(*links, 0, reception); !done) throw Exception(done.error());
}

Result<void> Subscriber::run_from(const ChainLinks<DeliveryMiddleware>& links, std::size_t position,
                                  Reception& reception) noexcept {
  const bool last = position == links.size();
  try {
    if (!last) {
      const NextReception next(*this, &links, position + 1, reception);
      return links[position]->middleware.function(reception, next);
    }
    parts_.handler->handle(reception.message());
    return {};
  } catch (...) {
    return from_exception(last ? "its handler"
                               : "middleware '" + links[position]->middleware.name + "'");
  }
}

std::shared_ptr<const Subscriber::Filters> Subscriber::filters() const { return *filters_.lock(); }

bool Subscriber::passes_filters(const Message& message) {
  const auto active = filters();
  if (active == nullptr) return true;
  for (const auto& each : *active) {
    each->asked.add();
    try {
      if (!each->filter.matches(message)) return false;
    } catch (...) {
      each->threw.add();
      note_error(message, "filter '" + each->filter.name + "' threw: " + describe_exception());
      return false;
    }
    each->passed.add();
  }
  return true;
}

void Subscriber::count_failure(const Message& message) noexcept {
  AfterFailure after = AfterFailure::failed;
  try {
    std::string what = describe_exception();
    if (redelivery_ != nullptr) after = redelivery_->failed(*this, message, what);
    note_error(message, std::move(what), earlier_attempts(message) + 1);
  } catch (...) {  // NOLINT(bugprone-empty-catch): no memory to remember it, but it is counted
  }
  if (after == AfterFailure::failed) failed_.add();
}

/// A handler of failures that fails itself would never come to an end.
bool Subscriber::is_own_failure(const Message& message) const noexcept {
  return channel().carries_events() && message.type().starts_with("System.");
}

void Subscriber::note_error(const Message& message, std::string what,
                            std::uint32_t attempt) noexcept {
  const std::size_t keep = std::min(parts_.options.keep_errors, most_errors);
  try {
    if (!is_own_failure(message)) context().tell(notice::handler_failed, describe(), what);
    const auto errors = errors_.lock();
    errors->push_back({.time = context().clock->now().wall,
                       .message_id = message.id_text(),
                       .type = std::string(message.type()),
                       .error = std::move(what),
                       .attempt = attempt});
    while (errors->size() > keep) errors->pop_front();
  } catch (...) {  // NOLINT(bugprone-empty-catch): no memory to remember it
  }
}

void Subscriber::insert(Filters& filters, Filter filter) {
  const auto place = std::ranges::upper_bound(filters, filter.order, {},
                                              [](const auto& each) { return each->filter.order; });
  filters.insert(place, std::make_shared<ActiveFilter>(std::move(filter)));
}

Result<void> check_filter(const Filter& filter) {
  if (!filter.name.empty() && filter.matches) return {};
  return Error(Code::invalid_argument, reason::validation, "a filter needs a name and a function");
}

Result<void> Subscriber::add_filter(Filter filter) {
  if (auto ok = check_filter(filter); !ok) return ok;
  const auto current = filters_.lock();
  auto changed = *current ? std::make_shared<Filters>(**current) : std::make_shared<Filters>();
  const bool taken = std::ranges::any_of(
      *changed, [&](const auto& each) { return each->filter.name == filter.name; });
  if (taken) {
    return Error(Code::already_exists, reason::name_taken,
                 describe() + " has a filter '" + filter.name + "'; remove it first");
  }
  insert(*changed, std::move(filter));
  *current = std::move(changed);
  gate().fetch_or(filtered);
  return {};
}

Result<void> Subscriber::remove_filter(std::string_view name) {
  std::shared_ptr<const Filters> old;  // dies after the lock
  const auto current = filters_.lock();
  auto changed = *current ? std::make_shared<Filters>(**current) : std::make_shared<Filters>();
  if (std::erase_if(*changed, [&](const auto& each) { return each->filter.name == name; }) == 0) {
    return Error(Code::not_found, reason::no_filter,
                 describe() + " has no filter '" + std::string(name) + "'");
  }
  if (changed->empty()) gate().fetch_and(~unsigned{filtered});
  old = std::exchange(*current, std::move(changed));
  return {};
}

// ---- the end ----

bool Subscriber::detach_from_channel() noexcept {
  if ((gate().fetch_or(closed) & closed) != 0) return false;
  parts_.channel->routing().remove(*this);
  if (mailbox_) mailbox_->close();
  if (redelivery_) redelivery_->close(*context().executor);
  context().tell(notice::subscription_ended, describe(), {});
  return true;
}

void Subscriber::close() noexcept {
  detach_from_channel();
  if (Frame::inside(context())) return;
  context().wait_until_idle(*this, never);
  if (mailbox_ == nullptr) return;
  mailbox_->wait_for_strand(never);
  parts_.channel->routing().collect();  // so that the handler's object goes now
}

void Subscriber::end(const Error& why) noexcept {
  if (!detach_from_channel()) return;
  try {
    if (parts_.options.on_end) parts_.options.on_end(why);
  } catch (...) {  // NOLINT(bugprone-empty-catch): the subscription is gone, nobody is left to tell
  }
}

Result<void> Subscriber::close_and_wait(std::chrono::nanoseconds timeout) {
  if (Frame::runs(*this)) {
    return Error(Code::failed_precondition, reason::would_block_itself,
                 describe() + ": its own handler cannot wait for itself; use close()");
  }
  detach_from_channel();
  if (context().wait_until_idle(*this, after(context().clock->now().steady, timeout))) return {};
  return Error(Code::deadline_exceeded, reason::timeout,
               describe() + " is closed, but its handler still runs");
}

// ---- its own mailbox ----

void Subscriber::replay(Record& record, Slot& slot) {
  const Ran ran = run_timed(record, slot);
  if (ran == Ran::cancelled) return;
  replayed_.add_single_writer();
  if (ran == Ran::succeeded) succeeded_.add_single_writer();
}

void Subscriber::deliver(Batch& batch, Slot& slot) {
  while (Record* record = batch.next()) {
    if (has_expired(*record)) {
      batch.count_expired();
    } else {
      const Ran ran = run_timed(*record, slot);
      if (ran == Ran::succeeded) succeeded_.add_single_writer();
      if (ran == Ran::cancelled) cancelled_.add_single_writer();
      times_->queue.record_single_writer(batch.taken() - record->accepted);
    }
    release(record);  // its keeper is named by the channel's strand alone
  }
  Dispatch::rest(context(), slot);
}

Ran Subscriber::run_timed(Record& record, Slot& slot) {
  if (!times_->sampler.next()) return Dispatch(record).to_one(*this, context(), slot);
  const SteadyTime began = context().clock->now().steady;
  const Ran ran = Dispatch(record).to_one(*this, context(), slot);
  times_->handler.record_single_writer(context().clock->now().steady - began);
  return ran;
}

void Subscriber::slow_changed(bool slow, std::uint64_t dropped) noexcept {
  if (!context().options.on_notice) return;  // it would be built for nobody
  context().tell(slow ? notice::slow_consumer_began : notice::slow_consumer_ended, describe(),
                 std::to_string(dropped) + " dropped so far");
}

// ---- views ----

DeliveryCounts Subscriber::counts(std::uint64_t routed) const {
  DeliveryCounts counts;
  counts.matched = replayed_.value();
  counts.matched += routed - std::min(routed, skipped_.value());  // which may run ahead of `routed`
  counts.failed = std::min(counts.matched, failed_.value());
  counts.expired = std::min(counts.matched - counts.failed, expired_.value());
  if (mailbox_ == nullptr) {
    counts.succeeded = counts.matched - counts.failed - counts.expired;
    return counts;
  }
  const MailboxState state = mailbox_->state();
  counts.succeeded = succeeded_.value();
  counts.dropped = state.dropped + refused_.value();
  counts.expired = expired_.value() + state.expired;
  counts.cancelled = state.cleared + cancelled_.value();
  counts.waiting = state.waiting;
  if (redelivery_ != nullptr) {
    counts.matched += redelivery_->readmitted();
    counts.dead_lettered = redelivery_->dead_lettered();
    counts.expired += redelivery_->expired();
    counts.cancelled += redelivery_->cancelled();
    counts.waiting += redelivery_->waiting();
  }
  return counts;
}

SubscriptionInfo Subscriber::info() const {
  const Routing::Received received = parts_.channel->routing().received(*this);
  SubscriptionInfo info{.id = id(),
                        .module = module().name,
                        .channel = parts_.channel->name(),
                        .pattern = std::string(parts_.pattern.pattern()),
                        .priority = priority(),
                        .concurrent = mailbox_ != nullptr,
                        .since = since_,
                        .counts = counts(received.count),
                        .slow = mailbox_ != nullptr && mailbox_->state().slow};
  if (times_ != nullptr) {
    info.queue_time = summarize(times_->queue);
    info.handler_time = summarize(times_->handler);
  }
  if (received.count > 0) info.last_message = WallTime(std::chrono::nanoseconds(received.last));
  if (const auto active = filters()) {
    for (const auto& each : *active) {
      info.filters.push_back({.name = each->filter.name,
                              .order = each->filter.order,
                              .asked = each->asked.value(),
                              .passed = each->passed.value(),
                              .threw = each->threw.value()});
    }
  }
  const auto errors = errors_.lock();
  info.last_errors.assign(errors->begin(), errors->end());
  return info;
}

}  // namespace modcomm::detail
