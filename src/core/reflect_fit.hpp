#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <modcomm/detail/reflect_shape.hpp>

#include "core/reflect_number.hpp"

namespace modcomm::detail {

/// What a JSON value is, with integers told from other numbers.
enum class NodeKind : std::uint8_t { null, boolean, integer, floating, string, array, object };

constexpr std::string_view to_string(NodeKind kind) noexcept {
  constexpr std::string_view names[] = {"null",   "boolean", "integer", "number",
                                        "string", "array",   "object"};
  return names[static_cast<std::size_t>(kind)];
}

// A Node is a cheap view of one value in a tree of JSON:
//
//   NodeKind kind();  bool boolean();  Integer integer();  double floating();
//   std::string_view string();  std::size_t size();           // of an array
//   void each_element(f(Node));  void each_member(f(std::string_view key, Node));
//
// Each accessor may be called only when `kind` says so; `floating` also for integers.

inline constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

/// How far a variant's choice looks into containers; more would cost too much where variants nest.
inline constexpr int fit_levels = 2;

template <class Derived>
const Derived& as_shape(const Shape& shape) noexcept {
  return static_cast<const Derived&>(shape);
}

/// Members mostly come in the order of their description, so that is tried first.
inline std::size_t find_member(const StructShape& shape, std::string_view key,
                               std::size_t hint) noexcept {
  if (hint < shape.members.size() && shape.members[hint].key == key) return hint;
  for (std::size_t i = 0; i < shape.members.size(); ++i) {
    if (shape.members[i].key == key) return i;
  }
  return nowhere;
}

inline const Enumerator* find_enumerator(const EnumShape& shape, std::string_view key) noexcept {
  for (const Enumerator& known : shape.enumerators) {
    if (known.key == key) return &known;
  }
  return nullptr;
}

/// Whether the node could be read as the shape, as far as `levels` of containers show; below zero
/// only its kind counts.
template <class Node>
bool fits(const Shape& shape, Node node, int levels);

template <class Node>
bool fits_sequence(const SequenceShape& shape, Node node, int levels) {
  if (shape.exactly > 0 && node.size() != shape.exactly) return false;
  if (levels == 0) return true;
  bool all = true;
  node.each_element([&](Node child) { all = all && fits(shape.element(), child, levels - 1); });
  return all;
}

template <class Node>
bool fits_map(const MapShape& shape, Node node, int levels) {
  if (levels == 0) return true;
  bool all = true;
  node.each_member(
      [&](std::string_view, Node child) { all = all && fits(shape.element(), child, levels - 1); });
  return all;
}

template <class Node>
bool fits_variant(const VariantShape& shape, Node node, int levels) {
  for (const ShapeRef alternative : shape.alternatives) {
    if (fits(alternative(), node, levels)) return true;
  }
  return false;
}

template <class Node>
bool fits_structure(const StructShape& shape, Node node, int levels) {
  std::bitset<max_members> seen;
  std::size_t next = 0;
  bool all = true;
  node.each_member([&](std::string_view key, Node child) {
    const std::size_t index = all ? find_member(shape, key, next) : nowhere;
    if (index == nowhere) {
      all = false;
      return;
    }
    seen.set(index);
    next = index + 1;
    if (levels > 0) all = fits(shape.members[index].shape(), child, levels - 1);
  });
  for (std::size_t i = 0; all && i < shape.members.size(); ++i) {
    all = !shape.members[i].required || seen.test(i);
  }
  return all;
}

template <class Node>
bool fits(const Shape& shape, Node node, int levels) {
  const NodeKind kind = node.kind();
  const bool content = levels >= 0;
  switch (shape.form) {
    case Form::null:
      return kind == NodeKind::null;
    case Form::boolean:
      return kind == NodeKind::boolean;
    case Form::integer: {
      const auto& number = as_shape<NumberShape>(shape);
      return kind == NodeKind::integer &&
             (!content || fits(node.integer(), number.bytes, number.is_signed));
    }
    case Form::floating:
      return kind == NodeKind::floating || kind == NodeKind::integer;
    case Form::string:
      return kind == NodeKind::string;
    case Form::text:
      return kind == NodeKind::string &&
             (!content || as_shape<TextShape>(shape).accepts(node.string()));
    case Form::enumeration:
      return kind == NodeKind::string &&
             (!content || find_enumerator(as_shape<EnumShape>(shape), node.string()) != nullptr);
    case Form::value:
      return true;
    case Form::optional:
      return kind == NodeKind::null || fits(as_shape<OptionalShape>(shape).element(), node, levels);
    case Form::sequence:
      return kind == NodeKind::array &&
             (!content || fits_sequence(as_shape<SequenceShape>(shape), node, levels));
    case Form::map:
      return kind == NodeKind::object &&
             (!content || fits_map(as_shape<MapShape>(shape), node, levels));
    case Form::variant:
      return fits_variant(as_shape<VariantShape>(shape), node, levels);
    case Form::structure:
      return kind == NodeKind::object &&
             (!content || fits_structure(as_shape<StructShape>(shape), node, levels));
  }
  return false;
}

}  // namespace modcomm::detail
