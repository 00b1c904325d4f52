#include <modcomm/detail/publish.hpp>

#include "bus/channel.hpp"
#include "bus/extra.hpp"

namespace modcomm::detail {

Draft::Draft(const Target& target, std::size_t room) : target_(target) {
  Context& context = *target.channel->context();
  const SlotLease slot(context.slots);
  record_ = context.pool.take(slot->spares, room);
  record_->source = target.source;
}

Draft::~Draft() {
  if (record_ == nullptr) return;
  if (record_->payload != nullptr) record_->payload->destroy(record_->storage());
  const std::unique_ptr<Extra> extra(record_->extra);
  Context& context = *target_.channel->context();
  const SlotLease slot(context.slots);
  context.pool.give(slot->spares, record_);
}

Result<MessageId> Draft::publish(const PublishOptions& options) {
  record_->type = target_.type;
  record_->extra = make_extra(options).release();
  if (target_.type == nullptr) [[unlikely]] {
    if (record_->extra == nullptr) record_->extra = std::make_unique<Extra>().release();
    record_->extra->own_type = std::make_unique<TypeEntry>(*target_.channel, target_.type_name);
    record_->type = record_->extra->own_type.get();
  }
  Result<MessageId> accepted = target_.channel->accept(record_, options);
  if (accepted) record_ = nullptr;
  return accepted;
}

}  // namespace modcomm::detail
