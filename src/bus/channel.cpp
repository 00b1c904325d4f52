#include "bus/channel.hpp"

#include <limits>

#include <modcomm/name.hpp>

#include "bus/dispatch.hpp"
#include "bus/probe.hpp"
#include "bus/subscriber.hpp"
#include "bus/time_summary.hpp"
#include "core/id_source.hpp"

namespace modcomm::detail {
namespace {

using std::chrono::nanoseconds;

/// Stands for a payload over the limit.
constexpr std::uint32_t too_many_bytes = std::numeric_limits<std::uint32_t>::max();

class TellTask final : public Task {
 public:
  TellTask(std::shared_ptr<Context> context, std::string_view name, std::string subject,
           std::string detail)
      : context_(std::move(context)),
        name_(name),
        subject_(std::move(subject)),
        detail_(std::move(detail)) {}
  void run() noexcept override { context_->tell(name_, std::move(subject_), std::move(detail_)); }

 private:
  const std::shared_ptr<Context> context_;
  const std::string_view name_;
  std::string subject_;
  std::string detail_;
};

}  // namespace

std::shared_ptr<Channel> Channel::make(std::shared_ptr<Context> context, std::string name,
                                       ChannelOptions options, bool paused) {
  auto self = std::make_shared<Channel>(std::move(context), std::move(name), std::move(options));
  const MailboxLimits limits{.capacity = self->options_.capacity,
                             .max_bytes = self->options_.max_bytes,
                             .overflow = self->options_.overflow,
                             .block_for = self->options_.block_for};
  self->mailbox_ = std::make_shared<Mailbox>(self->context_, "channel '" + self->name_ + "'",
                                             limits, self, paused);
  self->middleware_changed();
  return self;
}

Channel::Channel(std::shared_ptr<Context> context, std::string name, ChannelOptions options)
    : context_(std::move(context)),
      name_(std::move(name)),
      options_(std::move(options)),
      created_(context_->clock->now().wall),
      routing_(*context_),
      sampler_(context_->options.timing) {}

Channel::~Channel() = default;

Result<TypeEntry*> Channel::type(std::string_view type_name) {
  if (const auto ok = check_type_name("message type", type_name); !ok) return ok.error();
  return routing_.intern(*this, type_name);
}

// ---- publishing ----

Result<void> Channel::check(const Record& record, const PublishOptions& options) const {
  if (closed() || (refusing_.load(std::memory_order_acquire) && !Frame::inside_handler(*context_)))
      [[unlikely]] {
    return Error(Code::failed_precondition, reason::closed,
                 "channel '" + name_ + "' takes no more messages: it was removed, or its bus ends");
  }
  if (record.bytes == too_many_bytes) {
    return Error(Code::invalid_argument, reason::too_large,
                 "the payload for channel '" + name_ + "' has " +
                     std::to_string(bytes_of(*record.payload, record.storage())) + " bytes, and " +
                     std::to_string(context_->options.max_payload) +
                     " are allowed; send less, or raise max_payload");
  }
  if (options.ttl < nanoseconds(0)) {
    return Error(Code::invalid_argument, reason::validation,
                 "ttl is negative; give a positive duration, or 0 for the channel's default");
  }
  if (options.priority > Priority::critical) {
    return Error(Code::invalid_argument, reason::validation,
                 "priority is none; give low, normal, high or critical");
  }
  if (!options.target.empty()) return check_name("target module", options.target);
  return {};
}

void Channel::measure(Record& record) const noexcept {
  const std::size_t bytes = bytes_of(*record.payload, record.storage());
  const bool fits = bytes <= context_->options.max_payload && bytes < too_many_bytes;
  record.bytes = fits ? static_cast<std::uint32_t>(bytes) : too_many_bytes;
}

/// Answers the id: to read it from the record would wait until the record's line has come.
MessageId Channel::stamp(Record& record, const PublishOptions& options) const noexcept {
  const Moment now = context_->clock->now();
  const MessageId id = options.id.empty() ? next_id(now.wall) : MessageId::from_text(options.id);
  record.id = id;
  record.time = now.wall;
  record.accepted = now.steady;
  record.priority = options.priority;
  const nanoseconds ttl = options.ttl == nanoseconds(0) ? options_.default_ttl : options.ttl;
  record.expires = ttl == nanoseconds(0) ? never : after(now.steady, ttl);
  return id;
}

Result<MessageId> Channel::prepare(Record& record, const PublishOptions& options) const {
  measure(record);
  if (const auto ok = check(record, options); !ok) return ok.error();
  return stamp(record, options);
}

void Channel::revive(Record& record, const Stamp& stamp) const noexcept {
  const std::size_t bytes = bytes_of(*record.payload, record.storage());
  record.bytes = static_cast<std::uint32_t>(std::min<std::size_t>(bytes, too_many_bytes - 1));
  const Moment now = context_->clock->now();
  record.id = stamp.id;
  record.time = stamp.time;
  record.accepted = now.steady - (now.wall - stamp.time);
  record.priority = stamp.priority;
  record.expires = stamp.expires ? record.accepted + (*stamp.expires - stamp.time) : never;
}

Result<MessageId> Channel::accept(Record* record, const PublishOptions& options, Slot& slot) {
  measure(*record);
  if (const auto ok = check(*record, options); !ok) return ok.error();
  const MessageId id = stamp(*record, options);
  if (options_.delivery == Delivery::inline_) {
    deliver_inline(record, slot);
    return id;
  }
  const bool makes_room = !record->probe || options_.overflow == Overflow::block ||
                          options_.overflow == Overflow::conflate;
  const Result<void> pushed =
      makes_room ? mailbox_->push(record, options.block_for) : mailbox_->push_probe(record);
  if (!pushed) return pushed.error();
  return id;
}

void Channel::deliver_inline(Record* record, Slot& slot) {
  const Frame frame(*context_, nullptr, slot);
  Route& route = routing_.route_of(*record->type, slot);
  route.count_shared(record->time, slot);
  bool matched = false;
  if (record->probe) {
    static_cast<const Probe*>(record->storage())->arrive();
  } else {
    matched = Dispatch(*record).to_route(route, *context_, slot);
  }
  if (!matched) inline_unrouted_.add();
  Dispatch::rest(*context_, slot);
  Dispatch::finish(record, *this, slot);
  routing_.collect();
}

// ---- delivering ----

void Channel::deliver(Batch& batch, Slot& slot) {
  while (Record* record = batch.next()) {
    if (record->expires != never && record->expires <= context_->clock->now().steady) {
      batch.count_expired();
    } else {
      deliver_one(*record, slot);
      queue_time_.record_single_writer(batch.taken() - record->accepted);
    }
    Dispatch::finish(record, *this, slot);
  }
  Dispatch::rest(*context_, slot);
  routing_.collect();
}

void Channel::deliver_one(Record& record, Slot& slot) {
  bool matched = false;
  if (record.probe) {
    static_cast<const Probe*>(record.storage())->arrive();
  } else if (sampler_.next()) {
    const SteadyTime began = context_->clock->now().steady;
    matched = to_subscribers(record, slot);
    handler_time_.record_single_writer(context_->clock->now().steady - began);
  } else {
    matched = to_subscribers(record, slot);
  }
  (matched ? routed_ : unrouted_).add_single_writer();
}

bool Channel::to_subscribers(Record& record, Slot& slot) {
  Route& route = routing_.route_of(*record.type, slot);
  route.count_alone(record.time);
  return Dispatch(record).to_route(route, *context_, slot);
}

void Channel::slow_changed(bool slow, std::uint64_t dropped) noexcept {
  if (!context_->options.on_notice) return;  // it would be built for nobody
  const auto name = slow ? notice::slow_consumer_began : notice::slow_consumer_ended;
  std::string subject = "channel '" + name_ + "'";
  std::string detail = std::to_string(dropped) + " dropped so far";
  if (!carries_events_) return context_->tell(name, std::move(subject), std::move(detail));
  context_->executor->post(
      std::make_shared<TellTask>(context_, name, std::move(subject), std::move(detail)));
}

// ---- middleware ----

std::shared_ptr<const ChainLinks<PublishMiddleware>> Channel::around_publishing() {
  return around_publishing_.links(context_->publishing, publishing_);
}

std::shared_ptr<const ChainLinks<DeliveryMiddleware>> Channel::around_delivery() {
  return around_delivery_.links(context_->delivering, delivering_);
}

void Channel::middleware_changed() {
  const std::lock_guard lock(change_mutex_);
  wraps_publishing_.store(around_publishing() != nullptr, std::memory_order_release);
  const bool wraps = around_delivery() != nullptr;
  wraps_delivery_.store(wraps, std::memory_order_release);
  for (const auto& subscriber : routing_.subscribers()) subscriber->set_wrapped(wraps);
}

/// Marked before, so that no message passes the middleware; and after, in case it came meanwhile.
void Channel::add(const std::shared_ptr<Subscriber>& subscriber) {
  if (wraps_delivery()) subscriber->set_wrapped(true);
  routing_.add(subscriber);
  if (wraps_delivery()) subscriber->set_wrapped(true);
}

// ---- administration ----

std::uint64_t Channel::clear(const ClearOptions& options, const Glob& types) {
  const SteadyTime newest = context_->clock->now().steady - options.older_than;
  std::uint64_t cleared = 0;
  for (const auto& mailbox : mailboxes()) {
    cleared += mailbox->clear([&](const Record& record) {
      return record.accepted <= newest && types.matches(record.type->name());
    });
  }
  return cleared;
}

void Channel::close(const Error& why) {
  closed_.store(true, std::memory_order_release);
  mailbox_->close();
  for (const auto& subscriber : routing_.subscribers()) subscriber->end(why);
}

std::vector<std::shared_ptr<Mailbox>> Channel::mailboxes() const {
  std::vector<std::shared_ptr<Mailbox>> all{mailbox_};
  for (const auto& subscriber : routing_.everybody()) {
    if (subscriber->mailbox() != nullptr) all.push_back(subscriber->mailbox()->shared_from_this());
  }
  return all;
}

MessageCounts Channel::counts() const {
  const MailboxState state = mailbox_->state();
  const std::uint64_t inline_unrouted = inline_unrouted_.value();
  const std::uint64_t inline_accepted =
      options_.delivery == Delivery::inline_ ? routing_.carried().count : 0;
  return {.accepted = state.accepted + inline_accepted,
          .routed = routed_.value() + inline_accepted - inline_unrouted,
          .unrouted = unrouted_.value() + inline_unrouted,
          .expired = state.expired,
          .dropped = state.dropped,
          .cleared = state.cleared,
          .queued = state.waiting,
          .rejected = state.rejected};
}

ChannelInfo Channel::info() const {
  const MailboxState state = mailbox_->state();
  const WallTime last_delivered(nanoseconds(routing_.carried().last));
  return {.name = name_,
          .options = options_,
          .created = created_,
          .last_activity = std::max({created_, state.last_accepted, last_delivered}),
          .counts = counts(),
          .deliveries = routing_.totals(),
          .queued_bytes = state.bytes,
          .subscriptions = routing_.size(),
          .slow = state.slow,
          .queue_time = summarize(queue_time_),
          .handler_time = summarize(handler_time_)};
}

}  // namespace modcomm::detail
