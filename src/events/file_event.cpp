#include "events/file_event.hpp"

#include <array>
#include <charconv>

#include <modcomm/name.hpp>
#include <modcomm/value.hpp>

#include "core/json_slice.hpp"
#include "core/quote.hpp"
#include "store/crc32c.hpp"
#include "store/stored_event.hpp"

namespace modcomm::detail {
namespace {

/// Of data inside a list of events.
constexpr std::size_t max_nesting = max_json_depth - 2;

store::StoredForm form_of(const FileEvent& event) noexcept {
  if (event.content_type == json_type) return store::StoredForm::json;
  return has_no_data(event) ? store::StoredForm::none : store::StoredForm::bytes;
}

bool is_space(char c) noexcept { return c == ' ' || c == '\t'; }

/// Ids that a bus makes are of version 7, those from outside are not.
std::optional<MessageId> own_id(std::string_view text) {
  constexpr std::size_t place_of_version = 14;
  const auto id = MessageId::parse(text);
  if (!id || text[place_of_version] != '7' || id->to_string() != text) return std::nullopt;
  return id;
}

Result<> check_time(std::string_view what, WallTime time) {
  if (time >= WallTime{}) return {};
  return Error(Code::invalid_argument, reason::validation,
               std::string(what) + ": before 1970, when there was no event");
}

}  // namespace

Result<FileEvent> file_event(const Event& event, bool with_data) {
  FileEvent out{.id = event.id_text(),
                .name = std::string(event.name()),
                .channel = std::string(event.channel()),
                .source = std::string(event.source()),
                .time = event.time(),
                .expires = event.expires(),
                .sequence = event.sequence(),
                .priority = event.priority(),
                .correlation_id = std::string(event.correlation_id()),
                .broadcast = event.broadcast()};
  for (const Header& header : event.headers()) out.headers.emplace_back(header.name, header.value);
  auto data = event.bytes();
  if (!data && with_data) {
    return data.error().with_context("event " + detail::quoted(event.name()) + " " +
                                     detail::quoted(out.id));
  }
  if (!data) {
    out.data_left_out = event.size();
    return out;
  }
  out.content_type = std::move(data->content_type);
  if (with_data) {
    out.data = std::move(data->data);
  } else if (!data->data.empty()) {
    out.data_left_out = data->data.size();
  }
  return out;
}

bool is_plain_json(std::string_view content_type, std::string_view data) {
  if (content_type != json_type || data.empty()) return false;
  if (data.find_first_of("\r\n") != std::string_view::npos) return false;
  if (is_space(data.front()) || is_space(data.back())) return false;
  return nesting(data) <= max_nesting && parse_json(data).has_value();
}

std::string body_of(const FileEvent& event) {
  const auto own = own_id(event.id);
  store::StoredEvent stored{.id = own.value_or(MessageId{}),
                            .time = event.time,
                            .expires = event.expires,
                            .priority = static_cast<std::uint8_t>(event.priority),
                            .broadcast = event.broadcast,
                            .form = form_of(event),
                            .name = event.name,
                            .channel = event.channel,
                            .source = event.source,
                            .correlation_id = event.correlation_id};
  if (!own) {
    stored.id = MessageId::from_text(event.id);
    stored.id_text = event.id;
  }
  for (const auto& [name, value] : event.headers) stored.headers.push_back({name, value});
  if (stored.form == store::StoredForm::bytes) stored.content_type = event.content_type;
  stored.payload = event.data;
  return encode_event(stored);
}

std::string checksum(std::string_view body) {
  constexpr int hexadecimal = 16;
  std::array<char, 8> digits{};
  const auto end =
      std::to_chars(digits.begin(), digits.end(), store::crc32c(body), hexadecimal).ptr;
  const auto count = static_cast<std::size_t>(end - digits.begin());
  return std::string(digits.size() - count, '0').append(digits.data(), count);
}

std::string identity(std::string_view id, std::string_view source) {
  std::string both(source);  // which has no line breaks
  return both.append("\n").append(id);
}

Result<> check(const FileEvent& event) {
  if (auto ok = check_type_name("event", event.name); !ok) return ok;
  if (auto ok = check_name("channel", event.channel); !ok) return ok;
  if (auto ok = check_name("module", event.source); !ok) return ok;
  if (event.id.empty()) {
    return Error(Code::invalid_argument, reason::validation, "id: is empty");
  }
  if (auto ok = check_time("time", event.time); !ok) return ok;
  return event.expires ? check_time("expires", *event.expires) : Result<>();
}

}  // namespace modcomm::detail
