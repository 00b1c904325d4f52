#include <modcomm/detail/publish.hpp>

#include "bus/channel.hpp"
#include "bus/extra.hpp"

namespace modcomm::detail {

Draft::Draft(const Target& target, std::size_t room)
    : target_(target), slot_(target.channel->context()->slots.claim()) {
  try {
    record_ = make_record(room);
  } catch (...) {
    Slots::release(slot_);
    throw;
  }
}

Draft::~Draft() {
  if (record_ != nullptr) abandon();
  Slots::release(slot_);
}

Record* Draft::make_record(std::size_t room) {
  Record* const record = target_.channel->context()->pool.take(slot_.spares, room);
  record->source = target_.source;
  record->type = target_.type;
  return record;
}

/// The payload's constructor threw, or the channel refused the record.
void Draft::abandon() noexcept {
  if (record_->payload != nullptr) destroy_payload(*record_->payload, record_->storage());
  const std::unique_ptr<Extra> extra(record_->extra);
  target_.channel->context()->pool.give(slot_.spares, record_);
}

Result<MessageId> Draft::publish(const PublishOptions& options) {
  if (target_.channel->wraps_publishing() && !record_->probe) [[unlikely]] {
    return publish_wrapped(options);
  }
  return hand_over(options);
}

void Draft::attach(EventPart part) {
  if (record_->extra == nullptr) record_->extra = std::make_unique<Extra>().release();
  record_->extra->event = std::make_unique<EventPart>(std::move(part));
}

Record* Draft::share() {
  record_->keeper = target_.channel;
  retain(record_);
  return record_;
}

/// What the record is made of beside stamp and payload.
void Draft::complete(const PublishOptions& options) {
  if (has_extra(options)) {
    const std::unique_ptr<Extra> earlier(record_->extra);  // of an event, or of a try that failed
    record_->extra = make_extra(options).release();
    if (earlier != nullptr) record_->extra->event = std::move(earlier->event);
  }
  if (target_.type == nullptr) [[unlikely]] {
    if (record_->extra == nullptr) record_->extra = std::make_unique<Extra>().release();
    record_->extra->own_type = std::make_unique<TypeEntry>(*target_.channel, target_.type_name);
    record_->type = record_->extra->own_type.get();
  }
}

Result<MessageId> Draft::hand_over(const PublishOptions& options) {
  complete(options);
  Result<MessageId> accepted = target_.channel->accept(record_, options, slot_);
  if (accepted) record_ = nullptr;
  return accepted;
}

Result<Record*> Draft::detach(const PublishOptions& options) {
  complete(options);
  const Result<MessageId> prepared = target_.channel->prepare(*record_, options);
  if (!prepared) return prepared.error();
  return std::exchange(record_, nullptr);
}

Record* Draft::revive(const PublishOptions& options, const Stamp& stamp) {
  complete(options);
  target_.channel->revive(*record_, stamp);
  return std::exchange(record_, nullptr);
}

}  // namespace modcomm::detail
