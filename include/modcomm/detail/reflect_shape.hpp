// modcomm/detail/reflect_shape.hpp -- what a type looks like as JSON, as data.
//
// A Shape is a constant table that the compiler makes for each type (reflect_table.hpp). Readers,
// writers and the schema are ordinary functions that walk it, so a new type costs a table and a few
// accessors, not another copy of the walk. `form` says which derived shape it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <typeinfo>

#include <modcomm/detail/function_ref.hpp>
#include <modcomm/result.hpp>

namespace modcomm::detail {

enum class Form : std::uint8_t {
  null,
  boolean,
  integer,
  floating,
  string,
  text,
  enumeration,
  value,
  optional,
  sequence,
  map,
  variant,
  structure,
};

struct Shape {
  Form form;
};

/// Shapes refer to each other by function, so that a type may contain itself (a tree of nodes).
using ShapeRef = const Shape& (*)() noexcept;

/// Integers and floating point numbers.
struct NumberShape : Shape {
  std::size_t bytes;
  bool is_signed;
};

/// Anything written as a JSON string with a grammar of its own: durations, times, ids.
struct TextShape : Shape {
  std::string_view expected;  ///< For messages: `duration such as "5m"`.
  std::string_view format;    ///< `format` of the schema, or empty.
  std::string_view pattern;   ///< `pattern` of the schema, or empty.
  std::string (*write)(const void* object);
  Result<void> (*read)(std::string_view text, void* object);
  bool (*accepts)(std::string_view text);
};

struct Enumerator {
  std::string_view key;
  std::int64_t value;
};

struct EnumShape : Shape {
  std::size_t bytes;
  bool is_signed;
  std::span<const Enumerator> enumerators;
};

struct OptionalShape : Shape {
  ShapeRef element;
  const void* (*get)(const void* optional);  ///< Null when empty.
  void* (*emplace)(void* optional);
  void (*reset)(void* optional);
};

struct SequenceShape : Shape {
  ShapeRef element;
  bool unique;          ///< A set.
  std::size_t exactly;  ///< An array's length; 0 for sequences that grow.
  std::size_t (*size)(const void* sequence);
  void (*each)(const void* sequence, FunctionRef<void(const void*)> visit);
  /// Makes the element at `index` (the next one, unless the length is fixed), lets `fill` write it
  /// and keeps it. False: a set held an equal element already.
  bool (*fill)(void* sequence, std::size_t index, FunctionRef<void(void*)> fill);
  void (*clear)(void* sequence);
};

/// Maps from strings.
struct MapShape : Shape {
  ShapeRef element;
  std::size_t (*size)(const void* map);
  void (*each)(const void* map, FunctionRef<void(std::string_view, const void*)> visit);
  void* (*insert)(void* map, std::string_view key);  ///< Null: the key is there already.
  void (*clear)(void* map);
};

struct VariantShape : Shape {
  std::span<const ShapeRef> alternatives;
  std::size_t (*index)(const void* variant);  ///< Out of range when valueless.
  const void* (*get)(const void* variant);    ///< The active alternative.
  void* (*emplace)(void* variant, std::size_t index);
};

struct Member {
  std::string_view key;
  ShapeRef shape;
  void* (*at)(void* object);
  const void* (*get)(const void* object);
  bool required;
};

/// A described type may have this many members, bases included.
inline constexpr std::size_t max_members = 256;

struct StructShape : Shape {
  std::span<const Member> members;
  const std::type_info& (*rtti)() noexcept;
  /// Calls `use` with a default-constructed object.
  void (*with_default)(FunctionRef<void(const void*)> use);
};

}  // namespace modcomm::detail
