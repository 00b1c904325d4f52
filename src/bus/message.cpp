#include <modcomm/message.hpp>

#include "bus/channel.hpp"
#include "bus/dispatch.hpp"
#include "bus/extra.hpp"

namespace modcomm {

std::string Message::id_text() const {
  const bool given = record_->extra != nullptr && !record_->extra->id_text.empty();
  return given ? std::string(record_->extra->id_text) : record_->id.to_string();
}

std::string_view Message::channel() const noexcept { return record_->type->channel().name(); }
std::string_view Message::type() const noexcept { return record_->type->name(); }
std::string_view Message::source() const noexcept { return record_->source->name; }

std::optional<WallTime> Message::expires() const noexcept {
  if (record_->expires == never) return std::nullopt;
  return record_->time + (record_->expires - record_->accepted);
}

std::span<const Header> Message::headers() const noexcept {
  if (record_->extra == nullptr) return {};
  return record_->extra->headers;
}

std::string_view Message::header(std::string_view name) const noexcept {
  for (const Header& header : headers()) {
    if (header.name == name) return header.value;
  }
  return {};
}

std::string_view Message::correlation_id() const noexcept {
  return record_->extra == nullptr ? std::string_view{} : record_->extra->correlation_id;
}

std::string_view Message::target() const noexcept { return detail::target_of(*record_); }

void detail::release(Record* record) noexcept {
  if (record->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  const std::shared_ptr<const void> keeper = std::move(record->keeper);
  const SlotLease slot(record->type->channel().context()->slots);
  destroy(record, *slot);
}

}  // namespace modcomm
