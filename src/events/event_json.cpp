// Events as lines of JSON.
#include <algorithm>

#include <boost/archive/iterators/base64_from_binary.hpp>
#include <boost/archive/iterators/transform_width.hpp>
#include <boost/describe/enum_to_string.hpp>

#include <modcomm/store.hpp>
#include <modcomm/time_text.hpp>

namespace modcomm {
namespace {

constexpr std::string_view json_type = "application/json";

std::string base64(std::string_view bytes) {
  using namespace boost::archive::iterators;
  using Digits = base64_from_binary<transform_width<std::string_view::const_iterator, 6, 8>>;
  std::string text(Digits(bytes.begin()), Digits(bytes.end()));
  while (text.size() % 4 != 0) text += '=';
  return text;
}

/// Whether it can stand in a line as it is.
bool is_json_of_one_line(const Bytes& data) {
  if (data.content_type != json_type) return false;
  if (data.data.find_first_of("\r\n") != std::string::npos) return false;
  return parse_json(data.data).has_value();
}

Value envelope(const Event& event) {
  Value line = {{"id", event.id_text()},
                {"name", event.name()},
                {"channel", event.channel()},
                {"source", event.source()},
                {"time", format_time(event.time())}};
  if (event.sequence() != 0) line["sequence"] = event.sequence();
  if (event.priority() != Priority::normal) {
    line["priority"] = boost::describe::enum_to_string(event.priority(), "");
  }
  if (const auto expires = event.expires()) line["expires"] = format_time(*expires);
  if (!event.correlation_id().empty()) line["correlation_id"] = event.correlation_id();
  if (event.broadcast()) line["broadcast"] = true;
  for (const Header& header : event.headers()) {
    line["headers"].push_back(Value::array({header.name, header.value}));
  }
  return line;
}

}  // namespace

Result<std::string> to_json_line(const Event& event) {
  const auto data = event.bytes();
  if (!data) return data.error();
  Value line = envelope(event);
  const bool none = data->data.empty() && data->content_type.empty();
  const bool raw = is_json_of_one_line(*data);
  if (!none && data->content_type != json_type) line["content_type"] = data->content_type;
  if (!none && !raw) line["data_base64"] = base64(data->data);
  std::string text = line.dump(-1, ' ', false, Value::error_handler_t::replace);
  if (raw) {
    text.pop_back();
    text.append(",\"data\":").append(data->data).append("}");
  }
  return text;
}

}  // namespace modcomm
