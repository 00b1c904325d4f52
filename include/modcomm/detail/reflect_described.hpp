// modcomm/detail/reflect_described.hpp -- the Shape of described enums and structs.
#pragma once

#include <array>
#include <type_traits>
#include <utility>

#include <boost/describe/enumerators.hpp>
#include <boost/describe/members.hpp>
#include <boost/describe/modifiers.hpp>
#include <boost/mp11/list.hpp>

#include <modcomm/detail/reflect_keys.hpp>
#include <modcomm/detail/reflect_values.hpp>

namespace modcomm::detail {

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
