#include "store/stored_event.hpp"

#include "store/bytes.hpp"

namespace modcomm::store {
namespace {

constexpr std::uint8_t event_version = 1;
constexpr std::uint8_t broadcast_flag = 1;
constexpr std::uint8_t expires_flag = 2;
constexpr std::size_t fixed_bytes = 64;
constexpr std::size_t header_bytes_least = 8;  // two lengths

std::uint64_t nanoseconds_of(WallTime time) noexcept {
  return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

WallTime time_of(std::uint64_t nanoseconds) noexcept {
  return WallTime(std::chrono::nanoseconds(static_cast<std::int64_t>(nanoseconds)));
}

Error no_event(const char* what) {
  return {Code::data_loss, reason::damaged_store, std::string("a record is no event: ") + what};
}

std::size_t size_of(const StoredEvent& event) noexcept {
  std::size_t size = fixed_bytes + event.name.size() + event.channel.size() + event.source.size() +
                     event.correlation_id.size() + event.id_text.size() +
                     event.content_type.size() + event.payload.size();
  for (const auto& header : event.headers) {
    size += header_bytes_least + header.name.size() + header.value.size();
  }
  return size;
}

bool read_texts(ByteReader& reader, StoredEvent& event) noexcept {
  for (std::string_view* text : {&event.name, &event.channel, &event.source, &event.correlation_id,
                                 &event.id_text, &event.content_type}) {
    const auto read = reader.text();
    if (!read) return false;
    *text = *read;
  }
  return true;
}

bool read_headers(ByteReader& reader, StoredEvent& event) {
  const auto count = reader.number<std::uint32_t>();
  if (!count || *count > reader.rest().size() / header_bytes_least) return false;
  event.headers.reserve(*count);
  for (std::uint32_t index = 0; index < *count; ++index) {
    const auto name = reader.text();
    const auto value = reader.text();
    if (!name || !value) return false;
    event.headers.push_back({*name, *value});
  }
  return true;
}

}  // namespace

std::string encode_event(const StoredEvent& event) {
  std::string out;
  out.reserve(size_of(event));
  put(out, event_version);
  const unsigned flags =
      (event.broadcast ? broadcast_flag : 0U) | (event.expires ? expires_flag : 0U);
  put(out, static_cast<std::uint8_t>(flags));
  put(out, event.priority);
  put(out, static_cast<std::uint8_t>(event.form));
  put(out, event.id.high);
  put(out, event.id.low);
  put(out, nanoseconds_of(event.time));
  put(out, event.expires ? nanoseconds_of(*event.expires) : std::uint64_t{0});
  for (const std::string_view text : {event.name, event.channel, event.source, event.correlation_id,
                                      event.id_text, event.content_type}) {
    put_text(out, text);
  }
  put(out, static_cast<std::uint32_t>(event.headers.size()));
  for (const auto& header : event.headers) {
    put_text(out, header.name);
    put_text(out, header.value);
  }
  out += event.payload;
  return out;
}

Result<StoredEvent> decode_event(std::string_view body) {
  ByteReader reader(body);
  if (reader.number<std::uint8_t>() != event_version) return no_event("its version is not 1");
  const std::uint8_t flags = reader.number<std::uint8_t>().value_or(0);
  StoredEvent event;
  event.priority = reader.number<std::uint8_t>().value_or(0);
  const std::uint8_t form = reader.number<std::uint8_t>().value_or(0);
  event.id.high = reader.number<std::uint64_t>().value_or(0);
  event.id.low = reader.number<std::uint64_t>().value_or(0);
  event.time = time_of(reader.number<std::uint64_t>().value_or(0));
  const WallTime expires = time_of(reader.number<std::uint64_t>().value_or(0));
  if (reader.failed()) return no_event("it is cut short");
  if (event.priority > 3 || form > static_cast<std::uint8_t>(StoredForm::bytes)) {
    return no_event("its priority or the form of its payload is unknown");
  }
  event.broadcast = (flags & broadcast_flag) != 0;
  if ((flags & expires_flag) != 0) event.expires = expires;
  event.form = static_cast<StoredForm>(form);
  if (!read_texts(reader, event) || !read_headers(reader, event)) {
    return no_event("its names or headers are cut short");
  }
  event.payload = reader.rest();
  return event;
}

}  // namespace modcomm::store
