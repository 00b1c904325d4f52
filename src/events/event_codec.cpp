#include "events/event_codec.hpp"

#include <modcomm/detail/emit.hpp>

#include "bus/dispatch.hpp"
#include "bus/extra.hpp"
#include "events/history.hpp"

namespace modcomm::detail {
namespace {

constexpr std::string_view json = "application/json";

store::StoredForm form_of(const Bytes& data) noexcept {
  if (data.content_type == json) return store::StoredForm::json;
  const bool none = data.data.empty() && data.content_type.empty();
  return none ? store::StoredForm::none : store::StoredForm::bytes;
}

Payload payload_of(const store::StoredEvent& stored) {
  if (stored.form == store::StoredForm::none) return {};
  const bool is_json = stored.form == store::StoredForm::json;
  return Payload::of(Bytes{.data = std::string(stored.payload),
                           .content_type = std::string(is_json ? json : stored.content_type)});
}

/// From outside; empty if it is ours.
std::string_view given_id(const Event& event) noexcept {
  const Extra* const extra = Dispatch::record_of(EventAccess::message(event)).extra;
  return extra == nullptr ? std::string_view() : extra->id_text;
}

std::string encode_with(const Event& event, const Bytes& data) {
  store::StoredEvent stored{.id = event.id(),
                            .time = event.time(),
                            .expires = event.expires(),
                            .priority = static_cast<std::uint8_t>(event.priority()),
                            .broadcast = event.broadcast(),
                            .form = form_of(data),
                            .name = event.name(),
                            .channel = event.channel(),
                            .source = event.source(),
                            .correlation_id = event.correlation_id()};
  const std::string_view given = given_id(event);
  if (!given.empty() && given != event.id().to_string()) stored.id_text = given;
  for (const Header& header : event.headers()) {
    stored.headers.push_back({.name = header.name, .value = header.value});
  }
  if (stored.form == store::StoredForm::bytes) stored.content_type = data.content_type;
  stored.payload = data.data;
  return encode_event(stored);
}

}  // namespace

Result<std::string> encode(const Event& event) {
  if (const auto* const data = event.get_if<Bytes>()) return encode_with(event, *data);
  const auto data = event.bytes();
  return data ? encode_with(event, *data) : Result<std::string>(data.error());
}

Result<Message> Restorer::restore(std::string_view body, std::uint64_t sequence) const {
  const auto stored = store::decode_event(body);
  if (!stored) return stored.error();
  const auto type = channel_->type(stored->name);
  if (!type) return type.error();
  Target target;
  target.channel = channel_;
  target.type = *type;
  if (target.type == nullptr) target.type_name = stored->name;
  target.source = &channel_->context()->source(stored->source);
  std::vector<Header> headers;
  headers.reserve(stored->headers.size());
  for (const auto& [name, value] : stored->headers) headers.push_back({name, value});
  Draft draft(target, sizeof(Payload));
  draft.put(payload_of(*stored));
  draft.attach({.channel = std::string(stored->channel),
                .broadcast = stored->broadcast,
                .sequence = sequence});
  release(draft.share());  // which had it keep its channel
  const PublishOptions options{
      .headers = headers, .correlation_id = stored->correlation_id, .id = stored->id_text};
  return Dispatch::adopt(draft.revive(options, {.id = stored->id,
                                                .time = stored->time,
                                                .expires = stored->expires,
                                                .priority = Priority{stored->priority}}));
}

}  // namespace modcomm::detail
