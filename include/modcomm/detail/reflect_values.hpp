// modcomm/detail/reflect_values.hpp -- the Shape of scalars, texts, optionals and variants.
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include <modcomm/detail/reflect_shape.hpp>
#include <modcomm/time_text.hpp>
#include <modcomm/value.hpp>

namespace modcomm::detail {

/// Holds the constant `shape` for each type that has a JSON form.
template <class T>
struct ShapeOf {
  using NoForm = void;
};

/// Asks for the mark and not for `shape`, which a type that contains itself could not answer.
template <class T>
concept Shaped = !requires { typename ShapeOf<T>::NoForm; };

template <class T>
const Shape& shape_of() noexcept {
  return ShapeOf<T>::shape;
}

template <class T>
const T& view(const void* object) noexcept {
  return *static_cast<const T*>(object);
}

template <class T>
T& edit(void* object) noexcept {
  return *static_cast<T*>(object);
}

// ---- scalars
// -------------------------------------------------------------------------------------

template <>
struct ShapeOf<std::monostate> {
  static constexpr Shape shape{Form::null};
};
template <>
struct ShapeOf<bool> {
  static constexpr Shape shape{Form::boolean};
};
template <>
struct ShapeOf<std::string> {
  static constexpr Shape shape{Form::string};
};
template <>
struct ShapeOf<Value> {
  static constexpr Shape shape{Form::value};
};

template <class T, class... Others>
concept AnyOf = (std::same_as<T, Others> || ...);

template <std::integral T>
  requires(!AnyOf<T, bool, char, wchar_t, char8_t, char16_t, char32_t>)
struct ShapeOf<T> {
  static constexpr NumberShape shape{{Form::integer}, sizeof(T), std::is_signed_v<T>};
};

template <class T>
  requires AnyOf<T, float, double>
struct ShapeOf<T> {
  static constexpr NumberShape shape{{Form::floating}, sizeof(T), true};
};

// ---- text
// ----------------------------------------------------------------------------------------

template <class T>
concept Textual =
    std::default_initializable<T> && requires(const T& in, T& out, std::string_view text) {
      { modcomm_to_text(in) } -> std::convertible_to<std::string>;
      { modcomm_from_text(text, out) } -> std::same_as<Result<void>>;
    };

template <class T, Result<void> (*Read)(std::string_view, void*)>
bool accepts(std::string_view text) {
  T scratch{};
  return Read(text, &scratch).has_value();
}

template <Textual T>
struct ShapeOf<T> {
  static std::string write(const void* object) { return modcomm_to_text(view<T>(object)); }
  static Result<void> read(std::string_view text, void* object) {
    return modcomm_from_text(text, edit<T>(object));
  }
  static constexpr TextShape shape{{Form::text}, "text", "", "", write, read, accepts<T, read>};
};

template <class Rep, class Period>
struct ShapeOf<std::chrono::duration<Rep, Period>> {
  using Duration = std::chrono::duration<Rep, Period>;
  static std::string write(const void* object) {
    return format_duration(saturated_nanoseconds(view<Duration>(object)));
  }
  static Result<void> read(std::string_view text, void* object) {
    return parse_duration_as(text, edit<Duration>(object));
  }
  static constexpr TextShape shape{
      {Form::text}, R"(duration such as "5m")", "", duration_pattern, write,
      read,         accepts<Duration, read>};
};

template <class Duration>
struct ShapeOf<std::chrono::time_point<std::chrono::system_clock, Duration>> {
  using Time = std::chrono::time_point<std::chrono::system_clock, Duration>;
  static std::string write(const void* object) {
    return format_time(
        std::chrono::time_point_cast<std::chrono::system_clock::duration>(view<Time>(object)));
  }
  static Result<void> read(std::string_view text, void* object) {
    const auto time = parse_time(text);
    if (!time) return time.error();
    auto& out = edit<Time>(object);
    out = std::chrono::time_point_cast<Duration>(*time);
    if (out != *time) return time_too_fine(text);
    return {};
  }
  static constexpr TextShape shape{
      {Form::text},       R"(time such as "2026-01-31T08:00:00Z")", "date-time", "", write, read,
      accepts<Time, read>};
};

// ---- optional, variant
// ---------------------------------------------------------------------------

template <Shaped T>
struct ShapeOf<std::optional<T>> {
  using Optional = std::optional<T>;
  static const void* get(const void* object) {
    const auto& optional = view<Optional>(object);
    return optional ? &*optional : nullptr;
  }
  static void* emplace(void* object) { return &edit<Optional>(object).emplace(); }
  static void reset(void* object) { edit<Optional>(object).reset(); }
  static constexpr OptionalShape shape{{Form::optional}, shape_of<T>, get, emplace, reset};
};

template <Shaped... Ts>
struct ShapeOf<std::variant<Ts...>> {
  using Variant = std::variant<Ts...>;
  static constexpr std::array<ShapeRef, sizeof...(Ts)> alternatives{shape_of<Ts>...};
  static std::size_t index(const void* object) { return view<Variant>(object).index(); }
  static const void* get(const void* object) {
    return std::visit([](const auto& value) -> const void* { return &value; },
                      view<Variant>(object));
  }
  static void* emplace(void* object, std::size_t index) {
    return emplace_at(edit<Variant>(object), index, std::index_sequence_for<Ts...>{});
  }
  template <std::size_t... I>
  static void* emplace_at(Variant& variant, std::size_t index, std::index_sequence<I...>) {
    void* place = nullptr;
    ((I == index && (place = &variant.template emplace<I>())), ...);
    return place;
  }
  static constexpr VariantShape shape{{Form::variant}, alternatives, index, get, emplace};
};

}  // namespace modcomm::detail
