#pragma once

#include <algorithm>
#include <bitset>
#include <limits>
#include <string>
#include <string_view>

#include <modcomm/detail/reflect_shape.hpp>
#include <modcomm/value.hpp>

#include "core/quote.hpp"
#include "core/reflect_faults.hpp"
#include "core/reflect_fit.hpp"
#include "core/reflect_number.hpp"
#include "core/reflect_value_reader.hpp"

namespace modcomm::detail {

/// Fills objects from a tree of JSON, whose nodes reflect_fit.hpp describes.
template <class Node>
class Reader {
 public:
  explicit Reader(Faults& faults) : faults_(faults) {}

  void read(const Shape& shape, void* object, Node node, const Place& at) {
    if (faults_.full()) return;
    if (at.depth > max_json_depth) return fault(at, "nested too deep");
    switch (shape.form) {
      case Form::null:
        expect(node, NodeKind::null, shape, at);
        return;
      case Form::boolean:
        if (expect(node, NodeKind::boolean, shape, at)) store_bool(object, node.boolean());
        return;
      case Form::integer:
        return integer(as_shape<NumberShape>(shape), object, node, at);
      case Form::floating:
        return floating(as_shape<NumberShape>(shape), object, node, at);
      case Form::string:
        if (expect(node, NodeKind::string, shape, at)) *to<std::string>(object) = node.string();
        return;
      case Form::text:
        return text(as_shape<TextShape>(shape), object, node, at);
      case Form::enumeration:
        return enumerator(as_shape<EnumShape>(shape), object, node, at);
      case Form::value:
        return ValueReader<Node>(faults_).read(*to<Value>(object), node, at);
      case Form::optional:
        return optional(as_shape<OptionalShape>(shape), object, node, at);
      case Form::sequence:
        return sequence(as_shape<SequenceShape>(shape), object, node, at);
      case Form::map:
        return map(as_shape<MapShape>(shape), object, node, at);
      case Form::variant:
        return variant(as_shape<VariantShape>(shape), object, node, at);
      case Form::structure:
        return structure(as_shape<StructShape>(shape), object, node, at);
    }
  }

 private:
  template <class T>
  static T* to(void* object) noexcept {
    return static_cast<T*>(object);
  }
  static void store_bool(void* object, bool value) noexcept { *to<bool>(object) = value; }

  void fault(const Place& at, std::string message) { faults_.add(at, std::move(message)); }

  void mismatch(const Place& at, std::string_view expected, std::string_view found) {
    fault(at, std::string("expected ").append(expected).append(", found ").append(found));
  }

  bool expect(Node node, NodeKind wanted, const Shape& shape, const Place& at) {
    const NodeKind found = node.kind();
    if (found == wanted) return true;
    const bool named = wanted == NodeKind::object || wanted == NodeKind::array;
    mismatch(at, named ? to_string(wanted) : expectation(shape), to_string(found));
    return false;
  }

  void integer(const NumberShape& shape, void* object, Node node, const Place& at) {
    if (!expect(node, NodeKind::integer, shape, at)) return;
    const Integer number = node.integer();
    if (fits(number, shape.bytes, shape.is_signed)) {
      store_integer(object, shape.bytes, number);
    } else {
      mismatch(at, integer_range(shape), to_text(number));
    }
  }

  void floating(const NumberShape& shape, void* object, Node node, const Place& at) {
    const NodeKind kind = node.kind();
    if (kind != NodeKind::integer && !expect(node, NodeKind::floating, shape, at)) return;
    const double number = node.floating();
    if (shape.bytes == sizeof(double)) {
      *to<double>(object) = number;
    } else if (fits_float(number)) {
      *to<float>(object) = to_float(number);
    } else {
      fault(at, "out of the range of a 32-bit number");
    }
  }

  void text(const TextShape& shape, void* object, Node node, const Place& at) {
    if (!expect(node, NodeKind::string, shape, at)) return;
    const Result<void> read = shape.read(node.string(), object);
    if (!read) fault(at, read.error().message());
  }

  void enumerator(const EnumShape& shape, void* object, Node node, const Place& at) {
    if (!expect(node, NodeKind::string, shape, at)) return;
    if (const Enumerator* known = find_enumerator(shape, node.string())) {
      store_integer(object, shape.bytes, Integer::of(known->value));
    } else {
      mismatch(at, expectation(shape), quoted(node.string()));
    }
  }

  void optional(const OptionalShape& shape, void* object, Node node, const Place& at) {
    if (node.kind() == NodeKind::null) return shape.reset(object);
    read(shape.element(), shape.emplace(object), node, at);
  }

  void sequence(const SequenceShape& shape, void* object, Node node, const Place& at) {
    if (!expect(node, NodeKind::array, shape, at)) return;
    if (shape.exactly > 0 && node.size() != shape.exactly) {
      return mismatch(at, "array of " + std::to_string(shape.exactly) + " elements",
                      std::to_string(node.size()));
    }
    const Shape& element = shape.element();
    std::size_t index = 0;
    shape.clear(object);
    node.each_element([&](Node child) {
      if (faults_.full()) return;
      const Place here = at.element(index);
      const auto fill = [&](void* place) { read(element, place, child, here); };
      if (!shape.fill(object, index++, fill)) fault(here, "this element occurs twice");
    });
  }

  void map(const MapShape& shape, void* object, Node node, const Place& at) {
    if (!expect(node, NodeKind::object, shape, at)) return;
    const Shape& element = shape.element();
    shape.clear(object);
    node.each_member([&](std::string_view key, Node child) {
      if (faults_.full()) return;
      const Place here = at.member(key);
      if (void* place = shape.insert(object, key)) return read(element, place, child, here);
      duplicate(here);
    });
  }

  void variant(const VariantShape& shape, void* object, Node node, const Place& at) {
    const std::size_t index = choose(shape, node);
    if (index == nowhere) return mismatch(at, expectation(shape), to_string(node.kind()));
    read(shape.alternatives[index](), shape.emplace(object, index), node, at);
  }

  /// The first alternative that fits, integers as integers if there is one for them. If none does,
  /// the only one of the right kind, whose faults say more.
  std::size_t choose(const VariantShape& shape, Node node) {
    std::size_t near = nowhere;
    std::size_t nearly = 0;
    std::size_t loose = nowhere;
    for (std::size_t i = 0; i < shape.alternatives.size(); ++i) {
      const Shape& alternative = shape.alternatives[i]();
      const bool widens = alternative.form == Form::floating && node.kind() == NodeKind::integer;
      if (fits(alternative, node, fit_levels)) {
        if (!widens) return i;
        if (loose == nowhere) loose = i;
      } else if (fits(alternative, node, -1)) {
        near = i;
        ++nearly;
      }
    }
    if (loose != nowhere) return loose;
    return nearly == 1 ? near : nowhere;
  }

  void structure(const StructShape& shape, void* object, Node node, const Place& at) {
    if (!expect(node, NodeKind::object, shape, at)) return;
    std::bitset<max_members> seen;
    std::size_t next = 0;
    node.each_member([&](std::string_view key, Node child) {
      if (faults_.full()) return;
      const Place here = at.member(key);
      const std::size_t index = find_member(shape, key, next);
      if (index == nowhere) return fault(here, unknown_key(shape));
      if (seen.test(index)) return duplicate(here);
      seen.set(index);
      next = index + 1;
      const Member& member = shape.members[index];
      read(member.shape(), member.at(object), child, here);
    });
    for (std::size_t i = 0; i < shape.members.size(); ++i) {
      const Member& member = shape.members[i];
      if (member.required && !seen.test(i)) fault(at.member(member.key), "missing, but required");
    }
  }

  void duplicate(const Place& at) { fault(at, "this key occurs twice"); }

  /// Includes what rounds to the largest float, such as its own shortest text.
  static bool fits_float(double number) noexcept {
    constexpr double rounds_to_infinity = 0x1.ffffffp127;
    return number > -rounds_to_infinity && number < rounds_to_infinity;
  }

  static float to_float(double number) noexcept {
    constexpr double most = std::numeric_limits<float>::max();
    return static_cast<float>(std::clamp(number, -most, most));
  }

  static std::string to_text(Integer number) {
    return number.negative ? std::to_string(static_cast<std::int64_t>(number.bits))
                           : std::to_string(number.bits);
  }

  Faults& faults_;
};

}  // namespace modcomm::detail
