// Messages as dead letters, and back.
#include <boost/describe/enum_from_string.hpp>
#include <boost/describe/enum_to_string.hpp>

#include <modcomm/detail/publish.hpp>

#include "bus/channel.hpp"
#include "bus/dispatch.hpp"
#include "bus/extra.hpp"
#include "bus/redelivery.hpp"

namespace modcomm::detail {

DeadLetter letter_of(const Message& message) {
  const Extra* const extra = Dispatch::record_of(message).extra;
  const EventPart* const event = extra == nullptr ? nullptr : extra->event.get();
  DeadLetter letter{.name = std::string(message.type()),
                    .channel = event == nullptr ? std::string(message.channel()) : event->channel,
                    .source = std::string(message.source()),
                    .message_id = message.id_text(),
                    .sequence = event == nullptr ? 0 : event->sequence,
                    .time = message.time(),
                    .priority = boost::describe::enum_to_string(message.priority(), ""),
                    .correlation_id = std::string(message.correlation_id())};
  for (const Header& header : message.headers()) {
    letter.headers.push_back({std::string(header.name), std::string(header.value)});
  }
  if (const auto data = message.bytes()) {
    letter.content_type = data->content_type;
    letter.payload = data->data;
  }
  return letter;
}

std::vector<Header> headers_of(const DeadLetter& letter) {
  std::vector<Header> headers;
  headers.reserve(letter.headers.size());
  for (const LetterHeader& header : letter.headers) headers.push_back({header.name, header.value});
  return headers;
}

Payload payload_of(const DeadLetter& letter) {
  if (letter.payload.empty() && letter.content_type.empty()) return {};
  return Payload(Bytes{.data = letter.payload, .content_type = letter.content_type});
}

Result<Message> message_of(const DeadLetter& letter, const std::shared_ptr<Channel>& channel) {
  const auto type = channel->type(letter.name);
  if (!type) return type.error();
  Target target;
  target.channel = channel;
  target.type = *type;
  if (target.type == nullptr) target.type_name = letter.name;
  target.source = &channel->context()->source(letter.source);
  const std::vector<Header> headers = headers_of(letter);
  Draft draft(target, sizeof(Payload));
  draft.put(payload_of(letter));
  if (channel->carries_events()) {
    draft.attach({.channel = letter.channel, .sequence = letter.sequence});
  }
  release(draft.share());  // which had it keep its channel
  Priority priority = Priority::normal;
  boost::describe::enum_from_string(letter.priority.c_str(), priority);
  const auto id = MessageId::parse(letter.message_id);
  const PublishOptions options{.headers = headers,
                               .correlation_id = letter.correlation_id,
                               .id = id ? std::string_view() : letter.message_id};
  return Dispatch::adopt(
      draft.revive(options, {.id = id ? *id : MessageId::from_text(letter.message_id),
                             .time = letter.time,
                             .priority = priority}));
}

}  // namespace modcomm::detail
