// modcomm/reflect.hpp -- your structs as JSON, and back.
//
//   struct ExecuteStep {
//     std::string step_name{};
//     int retries = 3;
//     std::optional<std::chrono::milliseconds> timeout{};   // as text: "250ms"
//   };
//   BOOST_DESCRIBE_STRUCT(ExecuteStep, (), (step_name, retries, timeout))
//
//   std::string text = modcomm::write_json(ExecuteStep{.step_name = "CreateVM"});
//   modcomm::Result<ExecuteStep> step = modcomm::read_json<ExecuteStep>(text);
//   modcomm::Value schema = modcomm::json_schema<ExecuteStep>();
//
// Keys are the names of the members. A function beside the type, found by its argument, says
// otherwise; each part may be left out:
//
//   constexpr modcomm::Keys modcomm_keys(const ExecuteStep*) {
//     return {.rule = modcomm::KeyRule::pascal_case,       // "StepName", "Retries", ...
//             .names = {{"timeout", "TimeLimit"}},         // ... but "TimeLimit"
//             .required = {"step_name"}};
//   }
//
// Reading.   A missing member keeps the value of its initialiser, a missing optional is empty; a
//            missing member that `required` lists is a fault, and so is a key that nobody knows.
// Writing.   Empty optionals are left out of objects. NaN and infinities become null.
// Variants.  Are written as what they hold; reading takes the first alternative that fits: its JSON
//            type, for objects also the keys.
// Threads.   Free functions on plain values.
// Errors.    invalid_argument / does_not_convert with the path ("steps[3].name: expected string,
//            found integer"); Error::faults() lists up to 32 of them.
#pragma once

#include <string>
#include <string_view>

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <modcomm/detail/reflect_io.hpp>
#include <modcomm/detail/reflect_table.hpp>
#include <modcomm/result.hpp>
#include <modcomm/value.hpp>

namespace modcomm {

/// A struct or enum that Boost.Describe knows, its described bases included.
template <class T>
concept Described = detail::DescribedStruct<T> || detail::DescribedEnum<T>;

/// A type with a JSON form: bool, integers, float, double, std::string, Value, std::monostate
/// (null), described enums (as names) and described structs with a default constructor, chrono
/// durations and system_clock times (as text), std::optional, variant, vector, array, set,
/// unordered_set, and map or unordered_map from std::string, of such types. A type of your own
/// joins as text with `std::string modcomm_to_text(const T&)` and `Result<void>
/// modcomm_from_text(std::string_view, T&)` beside it.
template <class T>
concept Convertible = detail::Shaped<T>;

/// The JSON form of `object`.
template <Convertible T>
Value to_value(const T& object) {
  return detail::write_value(detail::shape_of<T>(), &object);
}

/// Reads a T. Paths in errors begin with `root`, if there is one: "args.retries".
template <Convertible T>
Result<T> from_value(const Value& value, std::string_view root = {}) {
  T object{};
  const Result<void> read = detail::read_value(detail::shape_of<T>(), &object, value, root);
  if (!read) return read.error();
  return object;
}

/// Compact JSON, written without a Value in between.
template <Convertible T>
std::string write_json(const T& object) {
  return detail::write_text(detail::shape_of<T>(), &object);
}

/// Reads a T from JSON text, without a Value in between. As strict as `parse_json`.
template <Convertible T>
Result<T> read_json(std::string_view text, std::string_view root = {}) {
  T object{};
  const Result<void> read = detail::read_text(detail::shape_of<T>(), &object, text, root);
  if (!read) return read.error();
  return object;
}

/// The JSON Schema (2020-12) that describes what `from_value<T>` accepts. Nested structs stand in
/// `$defs`; defaults are those of the initialisers.
template <Convertible T>
Value json_schema() {
  return detail::schema_of(detail::shape_of<T>());
}

}  // namespace modcomm
