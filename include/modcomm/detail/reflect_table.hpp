// modcomm/detail/reflect_table.hpp -- makes the Shape of a type (reflect_shape.hpp).
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include <boost/describe/enumerators.hpp>
#include <boost/describe/members.hpp>
#include <boost/describe/modifiers.hpp>
#include <boost/mp11/list.hpp>

#include <modcomm/detail/reflect_keys.hpp>
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

// ---- sequences and maps
// --------------------------------------------------------------------------

template <class Sequence>
struct Elements {
  using Element = typename Sequence::value_type;
  static std::size_t size(const void* object) { return view<Sequence>(object).size(); }
  static void clear(void* object) { edit<Sequence>(object).clear(); }
  static void each(const void* object, FunctionRef<void(const void*)> visit) {
    for (const Element& element : view<Sequence>(object)) visit(&element);
  }
};

template <Shaped T, class Allocator>
struct ShapeOf<std::vector<T, Allocator>> : Elements<std::vector<T, Allocator>> {
  using Vector = std::vector<T, Allocator>;
  static bool fill(void* object, std::size_t, FunctionRef<void(void*)> fill) {
    auto& vector = edit<Vector>(object);
    if constexpr (std::same_as<T, bool>) {
      bool element = false;
      fill(&element);
      vector.push_back(element);
    } else {
      fill(&vector.emplace_back());
    }
    return true;
  }
  using Base = Elements<Vector>;
  static constexpr SequenceShape shape{{Form::sequence}, shape_of<T>, false, 0,
                                       Base::size,       Base::each,  fill,  Base::clear};
};

template <Shaped T, std::size_t N>
struct ShapeOf<std::array<T, N>> {
  using Array = std::array<T, N>;
  static bool fill(void* object, std::size_t index, FunctionRef<void(void*)> fill) {
    fill(&edit<Array>(object)[index]);
    return true;
  }
  static void clear(void* object) { edit<Array>(object) = Array{}; }
  static constexpr SequenceShape shape{{Form::sequence},      shape_of<T>,           false, N,
                                       Elements<Array>::size, Elements<Array>::each, fill,  clear};
};

template <class Set>
struct SetShape : Elements<Set> {
  using Element = typename Set::value_type;
  static bool fill(void* object, std::size_t, FunctionRef<void(void*)> fill) {
    Element element{};
    fill(&element);
    return edit<Set>(object).insert(std::move(element)).second;
  }
  static constexpr SequenceShape shape{
      {Form::sequence},    shape_of<Element>,   true, 0,
      Elements<Set>::size, Elements<Set>::each, fill, Elements<Set>::clear};
};

template <Shaped T, class... Rest>
struct ShapeOf<std::set<T, Rest...>> : SetShape<std::set<T, Rest...>> {};
template <Shaped T, class... Rest>
struct ShapeOf<std::unordered_set<T, Rest...>> : SetShape<std::unordered_set<T, Rest...>> {};

template <class Map>
struct MapShapeOf {
  static std::size_t size(const void* object) { return view<Map>(object).size(); }
  static void clear(void* object) { edit<Map>(object).clear(); }
  static void each(const void* object, FunctionRef<void(std::string_view, const void*)> visit) {
    for (const auto& [key, element] : view<Map>(object)) visit(key, &element);
  }
  static void* insert(void* object, std::string_view key) {
    const auto [place, fresh] = edit<Map>(object).try_emplace(std::string(key));
    return fresh ? &place->second : nullptr;
  }
  static constexpr MapShape shape{
      {Form::map}, shape_of<typename Map::mapped_type>, size, each, insert, clear};
};

template <Shaped T, class... Rest>
struct ShapeOf<std::map<std::string, T, Rest...>> : MapShapeOf<std::map<std::string, T, Rest...>> {
};
template <Shaped T, class... Rest>
struct ShapeOf<std::unordered_map<std::string, T, Rest...>>
    : MapShapeOf<std::unordered_map<std::string, T, Rest...>> {};

// ---- described enums and structs
// -----------------------------------------------------------------

template <class T>
concept DescribedEnum = std::is_enum_v<T> && boost::describe::has_describe_enumerators<T>::value;

template <class T>
concept DescribedStruct = std::is_class_v<T> && boost::describe::has_describe_members<T>::value;

/// Tables stand apart from ShapeOf: asking whether a type has a shape must not look at its members.
template <class T>
struct EnumeratorsOf {
  template <class... D>
  static consteval auto make(boost::mp11::mp_list<D...>) {
    static_assert(keys_name_members<T>(std::array<std::string_view, sizeof...(D)>{D::name...}),
                  "modcomm_keys names an enumerator that is not described");
    return std::array<Enumerator, sizeof...(D)>{
        Enumerator{key_of<T, D>(), static_cast<std::int64_t>(D::value)}...};
  }
  static constexpr auto table = make(
      boost::mp11::mp_rename<boost::describe::describe_enumerators<T>, boost::mp11::mp_list>{});
  static_assert(keys_differ(table), "two enumerators have the same key");
};

template <DescribedEnum T>
struct ShapeOf<T> {
  static constexpr EnumShape shape{{Form::enumeration},
                                   sizeof(T),
                                   std::is_signed_v<std::underlying_type_t<T>>,
                                   EnumeratorsOf<T>::table};
};

template <class T, class D>
struct MemberOf {
  using Type = std::remove_cvref_t<decltype(std::declval<T&>().*D::pointer)>;
  static_assert(Shaped<Type>,
                "a described member has no JSON form; see Convertible in modcomm/reflect.hpp");
  static void* at(void* object) { return &(edit<T>(object).*D::pointer); }
  static const void* get(const void* object) { return &(view<T>(object).*D::pointer); }
  static constexpr Member entry{key_of<T, D>(), shape_of<Type>, at, get, is_required<T, D>()};
};

template <class T>
struct MembersOf {
  template <class... D>
  static consteval auto make(boost::mp11::mp_list<D...>) {
    static_assert(sizeof...(D) <= max_members, "a described type has too many members");
    static_assert(keys_name_members<T>(std::array<std::string_view, sizeof...(D)>{D::name...}),
                  "modcomm_keys names a member that is not described");
    return std::array<Member, sizeof...(D)>{MemberOf<T, D>::entry...};
  }
  static constexpr auto table =
      make(boost::mp11::mp_rename<
           boost::describe::describe_members<T, boost::describe::mod_any_access |
                                                    boost::describe::mod_inherited>,
           boost::mp11::mp_list>{});
  static_assert(keys_differ(table), "two members have the same key");
};

template <DescribedStruct T>
  requires(!Textual<T> && std::default_initializable<T>)
struct ShapeOf<T> {
  static const std::type_info& rtti() noexcept { return typeid(T); }
  static void with_default(FunctionRef<void(const void*)> use) {
    const T object{};
    use(&object);
  }
  static constexpr StructShape shape{{Form::structure}, MembersOf<T>::table, rtti, with_default};
};

}  // namespace modcomm::detail
