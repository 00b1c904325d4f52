#include <algorithm>

#include <modcomm/payload.hpp>

#include "core/type_name.hpp"

namespace modcomm {
namespace detail {
namespace {

constexpr std::string_view json_type = "application/json";
constexpr std::string_view text_type = "text/plain; charset=utf-8";

/// "Text/JSON; charset=x" becomes "text/json".
std::string media_type(std::string_view content_type) {
  std::string type(content_type.substr(0, content_type.find(';')));
  while (!type.empty() && type.back() == ' ') type.pop_back();
  std::ranges::transform(type, type.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return type;
}

bool is_json(std::string_view type) noexcept {
  return type == json_type || type == "text/json" || type.ends_with("+json");
}

bool is_text(std::string_view type) noexcept { return type.starts_with("text/"); }

const Bytes& bytes_of(PayloadRef payload) noexcept {
  return *static_cast<const Bytes*>(payload.object);
}

std::string name_of(const PayloadType& type) {
  if (type.kind == PayloadKind::json) return "JSON";
  if (same_type(type, payload_type<std::string>)) return "std::string";
  return type_name(type.rtti());
}

std::string name_of(PayloadRef payload) {
  if (payload.type == nullptr) return "no payload";
  if (payload.type->kind != PayloadKind::bytes) return name_of(*payload.type);
  const std::string& type = bytes_of(payload).content_type;
  return "bytes of type " + (type.empty() ? "unknown" : type);
}

Error refuse(std::string message) {
  return {Code::invalid_argument, reason::does_not_convert, std::move(message)};
}

std::string from_to(PayloadRef payload, std::string_view to) {
  return name_of(payload) + " does not convert to " + std::string(to);
}

std::string how_to_describe(PayloadRef payload) {
  return "; describe " + name_of(payload) + " with BOOST_DESCRIBE_STRUCT, or ask for this type";
}

Error bytes_do_not_convert(PayloadRef payload, std::string_view to) {
  return refuse(from_to(payload, to) + "; application/json and text/plain do, or ask for Bytes");
}

/// Fills the object out of one JSON form or another.
Result<void> read_payload(PayloadRef payload, const Shape& shape, void* object) {
  if (payload.type == nullptr) return read_value(shape, object, nullptr, {});
  if (payload.type->kind == PayloadKind::json) {
    return read_value(shape, object, *static_cast<const Value*>(payload.object), {});
  }
  if (payload.type->kind == PayloadKind::bytes) {
    const Bytes& bytes = bytes_of(payload);
    if (is_json(media_type(bytes.content_type))) return read_text(shape, object, bytes.data, {});
    return read_value(shape, object, Value(bytes.data), {});
  }
  return read_value(shape, object, write_value(payload.type->shape(), payload.object), {});
}

}  // namespace

std::size_t held_bytes(const Value& value) noexcept {
  std::size_t size = sizeof(Value);
  if (value.is_string()) return size + value.get_ref<const std::string&>().size();
  if (value.is_array()) {
    for (const Value& element : value) size += held_bytes(element);
  } else if (value.is_object()) {
    for (const auto& [key, element] : value.get_ref<const Value::object_t&>()) {
      size += sizeof(std::string) + key.size() + held_bytes(element);
    }
  }
  return size;
}

std::size_t held_bytes(const std::string& text) noexcept {
  return sizeof(std::string) + text.size();
}

std::size_t held_bytes(const Bytes& bytes) noexcept {
  return sizeof(Bytes) + bytes.data.size() + bytes.content_type.size();
}

std::size_t held_bytes(const Payload& payload) noexcept { return payload.size(); }

PayloadRef resolve(PayloadRef payload) noexcept {
  while (payload.type != nullptr && payload.type->kind == PayloadKind::handle) {
    payload = static_cast<const Payload*>(payload.object)->ref();
  }
  const bool none = payload.type == nullptr || payload.type->kind == PayloadKind::none;
  return none ? PayloadRef{} : payload;
}

Error does_not_convert(PayloadRef payload, const PayloadType& to) {
  payload = resolve(payload);
  if (payload.type != nullptr && payload.type->shape == nullptr) {
    return refuse(from_to(payload, name_of(to)) + how_to_describe(payload));
  }
  return refuse(from_to(payload, name_of(to)) + ", which has no JSON form or cannot be copied");
}

Result<void> convert_into(PayloadRef payload, const PayloadType& to, void* object) {
  payload = resolve(payload);
  if (payload.type != nullptr && payload.type->kind == PayloadKind::bytes) {
    const std::string type = media_type(bytes_of(payload).content_type);
    if (!is_json(type) && !is_text(type)) return bytes_do_not_convert(payload, name_of(to));
  } else if (payload.type != nullptr && payload.type->shape == nullptr) {
    return does_not_convert(payload, to);
  }
  Result<void> converted = read_payload(payload, to.shape(), object);
  if (!converted) return converted.error().with_context(from_to(payload, name_of(to)));
  return converted;
}

Result<Value> to_value(PayloadRef payload) {
  payload = resolve(payload);
  if (payload.type == nullptr) return Value(nullptr);
  if (payload.type->kind == PayloadKind::json) return *static_cast<const Value*>(payload.object);
  if (payload.type->kind == PayloadKind::bytes) {
    const Bytes& bytes = bytes_of(payload);
    const std::string type = media_type(bytes.content_type);
    if (is_json(type)) return parse_json(bytes.data);
    if (is_text(type)) return Value(bytes.data);
    return bytes_do_not_convert(payload, "JSON");
  }
  if (payload.type->shape != nullptr) return write_value(payload.type->shape(), payload.object);
  return refuse(from_to(payload, "JSON") + how_to_describe(payload));
}

Result<Bytes> to_bytes(PayloadRef payload) {
  payload = resolve(payload);
  if (payload.type == nullptr) return Bytes{.data = {}, .content_type = {}};
  if (payload.type->kind == PayloadKind::bytes) return bytes_of(payload);
  if (const auto* text = payload_if<std::string>(payload)) {
    return Bytes{.data = *text, .content_type = std::string(text_type)};
  }
  if (payload.type->shape != nullptr) {
    return Bytes{.data = write_text(payload.type->shape(), payload.object),
                 .content_type = std::string(json_type)};
  }
  return refuse(from_to(payload, "bytes") + how_to_describe(payload));
}

}  // namespace detail

Payload::Payload(Value value) : Payload(of(std::move(value))) {}

Payload::Payload(Bytes bytes) : Payload(of(std::move(bytes))) {}

Payload Payload::share(detail::PayloadRef object,
                       const std::shared_ptr<const void>& owner) noexcept {
  if (object.type != nullptr && object.type->kind == detail::PayloadKind::handle) {
    return *static_cast<const Payload*>(object.object);
  }
  object = detail::resolve(object);
  if (object.type == nullptr) return {};
  return {object.type, std::shared_ptr<const void>(owner, object.object)};
}

Payload::Form Payload::form() const noexcept {
  if (type_ == nullptr) return Form::none;
  switch (type_->kind) {
    case detail::PayloadKind::json:
      return Form::json;
    case detail::PayloadKind::bytes:
      return Form::bytes;
    default:
      return Form::object;
  }
}

std::size_t Payload::size() const noexcept {
  return type_ == nullptr ? 0 : detail::bytes_of(*type_, object_.get());
}

}  // namespace modcomm
