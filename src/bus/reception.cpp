// Delivery through middleware.
#include <modcomm/message_middleware.hpp>

#include "bus/channel.hpp"
#include "bus/dispatch.hpp"

namespace modcomm {

std::string_view Reception::module() const noexcept { return subscriber_.module().name; }

SubscriptionId Reception::subscription() const noexcept { return subscriber_.id(); }

void Reception::replace_payload(Payload payload) {
  changed_ = detail::with_payload(message_, std::move(payload));
}

Result<void> NextReception::operator()() const {
  using Links = detail::ChainLinks<DeliveryMiddleware>;
  return subscriber_.run_from(*static_cast<const Links*>(chain_), position_, reception_);
}

namespace detail {
namespace {

/// Of the same texts.
std::unique_ptr<Extra> copy_of(const Extra& extra) {
  return make_extra({.headers = extra.headers,
                     .correlation_id = extra.correlation_id,
                     .target = extra.target,
                     .key = extra.key,
                     .id = extra.id_text});
}

}  // namespace

Message with_payload(const Message& original, Payload payload) {
  const Record& old = Dispatch::record_of(original);
  Context& context = *old.type->channel().context();
  auto keeper = std::make_shared<const Message>(original);
  std::unique_ptr<Extra> extra = old.extra == nullptr ? nullptr : copy_of(*old.extra);
  const SlotLease slot(context.slots);
  Record* const record = context.pool.take(slot->spares, sizeof(Payload));
  record->priority = old.priority;
  record->id = old.id;
  record->time = old.time;
  record->accepted = old.accepted;
  record->expires = old.expires;
  record->type = old.type;
  record->source = old.source;
  record->extra = extra.release();
  record->keeper = std::move(keeper);
  const auto* placed = new (record->storage()) Payload(std::move(payload));
  record->payload = &payload_type<Payload>;
  record->bytes = static_cast<std::uint32_t>(std::min<std::size_t>(placed->size(), UINT32_MAX));
  return Dispatch::adopt(record);
}

}  // namespace detail
}  // namespace modcomm
