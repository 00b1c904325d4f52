#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include <modcomm/value.hpp>

#include "core/reflect_number.hpp"
#include "core/reflect_writer.hpp"

namespace modcomm::detail {
namespace {

template <class Derived>
const Derived& as(const Shape& shape) noexcept {
  return static_cast<const Derived&>(shape);
}

/// The double whose shortest text is that of the float: 0.1f becomes 0.1, not 0.10000000149011612.
double widened(float value) noexcept {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.begin(), text.end(), value).ptr;
  double wide = value;
  std::from_chars(text.begin(), end, wide);
  return wide;
}

void write_integer(Integer value, Writer& to) {
  if (value.negative) {
    to.integer(static_cast<std::int64_t>(value.bits));
  } else {
    to.natural(value.bits);
  }
}

void write_floating(const NumberShape& shape, const void* object, Writer& to) {
  const double value =
      shape.bytes == sizeof(float) ? widened(load_as<float>(object)) : load_as<double>(object);
  if (std::isfinite(value)) {
    to.floating(value);
  } else {
    to.null();
  }
}

/// A value without a name is written as its number.
void write_enumerator(const EnumShape& shape, const void* object, Writer& to) {
  const Integer value = load_integer(object, shape.bytes, shape.is_signed);
  for (const Enumerator& known : shape.enumerators) {
    if (known.value == static_cast<std::int64_t>(value.bits)) return to.string(known.key);
  }
  write_integer(value, to);
}

void write_optional(const OptionalShape& shape, const void* object, Writer& to) {
  if (const void* element = shape.get(object)) {
    write(shape.element(), element, to);
  } else {
    to.null();
  }
}

void write_sequence(const SequenceShape& shape, const void* object, Writer& to) {
  const Shape& element_shape = shape.element();
  to.begin_array();
  shape.each(object, [&](const void* element) { write(element_shape, element, to); });
  to.end_array();
}

void write_map(const MapShape& shape, const void* object, Writer& to) {
  const Shape& element_shape = shape.element();
  to.begin_object();
  shape.each(object, [&](std::string_view key, const void* element) {
    to.key(key);
    write(element_shape, element, to);
  });
  to.end_object();
}

void write_variant(const VariantShape& shape, const void* object, Writer& to) {
  const std::size_t index = shape.index(object);
  if (index < shape.alternatives.size()) {
    write(shape.alternatives[index](), shape.get(object), to);
  } else {
    to.null();
  }
}

bool is_empty_optional(const Shape& shape, const void* object) {
  return shape.form == Form::optional && as<OptionalShape>(shape).get(object) == nullptr;
}

void write_structure(const StructShape& shape, const void* object, Writer& to) {
  to.begin_object();
  for (const Member& member : shape.members) {
    const void* part = member.get(object);
    const Shape& part_shape = member.shape();
    if (is_empty_optional(part_shape, part)) continue;
    to.key(member.key);
    write(part_shape, part, to);
  }
  to.end_object();
}

}  // namespace

void write(const Shape& shape, const void* object, Writer& to) {
  switch (shape.form) {
    case Form::null:
      return to.null();
    case Form::boolean:
      return to.boolean(load_as<bool>(object));
    case Form::integer: {
      const auto& number = as<NumberShape>(shape);
      return write_integer(load_integer(object, number.bytes, number.is_signed), to);
    }
    case Form::floating:
      return write_floating(as<NumberShape>(shape), object, to);
    case Form::string:
      return to.string(*static_cast<const std::string*>(object));
    case Form::text:
      return to.string(as<TextShape>(shape).write(object));
    case Form::enumeration:
      return write_enumerator(as<EnumShape>(shape), object, to);
    case Form::value:
      return to.value(*static_cast<const Value*>(object));
    case Form::optional:
      return write_optional(as<OptionalShape>(shape), object, to);
    case Form::sequence:
      return write_sequence(as<SequenceShape>(shape), object, to);
    case Form::map:
      return write_map(as<MapShape>(shape), object, to);
    case Form::variant:
      return write_variant(as<VariantShape>(shape), object, to);
    case Form::structure:
      return write_structure(as<StructShape>(shape), object, to);
  }
}

}  // namespace modcomm::detail
