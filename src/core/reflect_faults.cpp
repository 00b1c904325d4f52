#include "core/reflect_faults.hpp"

#include "core/listed.hpp"
#include "core/path.hpp"
#include "core/quote.hpp"
#include "core/reflect_number.hpp"

namespace modcomm::detail {
std::string Place::path() const {
  std::string text = parent == nullptr ? std::string() : parent->path();
  if (is_index) {
    append_index(text, index);
  } else if (parent != nullptr) {
    append_key(text, key);
  } else {
    text = key;
  }
  return text;
}

void Faults::add(const Place& at, std::string message) {
  if (!full()) faults_.push_back({.path = at.path(), .message = std::move(message)});
}

void Faults::add(Fault fault) {
  if (!full()) faults_.push_back(std::move(fault));
}

Result<void> Faults::result(std::string_view why) && {
  if (faults_.empty()) return {};
  std::string message = join_path(faults_.front().path, faults_.front().message);
  const std::size_t others = faults_.size() - 1;
  if (others > 0) {
    message.append(" (and ").append(full() ? "at least " : "").append(std::to_string(others));
    message.append(others == 1 ? " more fault)" : " more faults)");
  }
  return Error(Code::invalid_argument, why, std::move(message)).with_faults(std::move(faults_));
}

std::string expectation(const Shape& shape) {
  switch (shape.form) {
    case Form::null:
      return "null";
    case Form::boolean:
      return "boolean";
    case Form::integer:
      return "integer";
    case Form::floating:
      return "number";
    case Form::string:
      return "string";
    case Form::text:
      return std::string(static_cast<const TextShape&>(shape).expected);
    case Form::enumeration:
      return "one of " + listed(static_cast<const EnumShape&>(shape).enumerators,
                                [](const Enumerator& known) { return quoted(known.key); });
    case Form::value:
      return "any JSON";
    case Form::optional:
      return expectation(static_cast<const OptionalShape&>(shape).element()) + " or null";
    case Form::sequence:
      return "array";
    case Form::variant:
      return "one of: " + listed(static_cast<const VariantShape&>(shape).alternatives,
                                 [](ShapeRef alternative) { return expectation(alternative()); });
    case Form::map:
      return "object";
    case Form::structure:
      return "object with " + listed(static_cast<const StructShape&>(shape).members,
                                     [](const Member& member) { return std::string(member.key); });
  }
  return "something else";
}

std::string integer_range(const NumberShape& shape) {
  return "integer from " + std::to_string(smallest(shape.bytes, shape.is_signed)) + " to " +
         std::to_string(largest(shape.bytes, shape.is_signed));
}

std::string unknown_key(const StructShape& shape) {
  if (shape.members.empty()) return "unknown key; none is allowed";
  return "unknown key; known are " +
         listed(shape.members, [](const Member& member) { return std::string(member.key); });
}

}  // namespace modcomm::detail
