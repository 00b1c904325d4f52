// modcomm/detail/reflect_keys.hpp -- the JSON keys of described members, settled at compile time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace modcomm {

/// How a member's name becomes its JSON key.
enum class KeyRule : std::uint8_t {
  as_written,   ///< step_name
  camel_case,   ///< stepName
  pascal_case,  ///< StepName
};

/// A member (or enumerator) and the key that it shall have.
struct KeyName {
  std::string_view member{};
  std::string_view key{};
};

namespace detail {

/// A list with room of its own, since an initializer_list would dangle when returned.
template <class T>
class ConstantList {
 public:
  constexpr ConstantList() = default;
  constexpr ConstantList(std::initializer_list<T> items) {
    for (const T& item : items) items_.at(size_++) = item;
  }
  constexpr const T* begin() const { return items_.data(); }
  constexpr const T* end() const { return items_.data() + size_; }

 private:
  std::array<T, 64> items_{};
  std::size_t size_ = 0;
};

}  // namespace detail

/// What `modcomm_keys` returns; see modcomm/reflect.hpp.
struct Keys {
  KeyRule rule = KeyRule::as_written;                 ///< For every member that `names` leaves out.
  detail::ConstantList<KeyName> names{};              ///< Exceptions, by member.
  detail::ConstantList<std::string_view> required{};  ///< Members (not keys) that must be present.
};

namespace detail {

template <class T>
consteval Keys keys_of() {
  if constexpr (requires { modcomm_keys(static_cast<const T*>(nullptr)); }) {
    return modcomm_keys(static_cast<const T*>(nullptr));
  } else {
    return {};
  }
}

/// The key of one member by rule; never longer than the name.
template <std::size_t Capacity>
struct DerivedKey {
  std::array<char, Capacity> text{};
  std::size_t size = 0;

  constexpr DerivedKey(std::string_view member, KeyRule rule) {
    bool capital = rule == KeyRule::pascal_case;
    for (const char c : member) {
      if (c == '_') {
        capital = size > 0 || rule == KeyRule::pascal_case;
        continue;
      }
      const bool lower = c >= 'a' && c <= 'z';
      text.at(size++) = capital && lower ? static_cast<char>(c - 'a' + 'A') : c;
      capital = false;
    }
  }
  constexpr std::string_view view() const { return {text.data(), size}; }
};

/// A variable, since the key is a view into it.
template <class T, class D>
inline constexpr DerivedKey<std::string_view(D::name).size()> derived_key{D::name,
                                                                          keys_of<T>().rule};

template <class T, class D>
consteval std::string_view key_of() {
  for (const KeyName& name : keys_of<T>().names) {
    if (name.member == D::name) return name.key;
  }
  if constexpr (keys_of<T>().rule == KeyRule::as_written) {
    return D::name;
  } else {
    return derived_key<T, D>.view();
  }
}

template <class T, class D>
consteval bool is_required() {
  for (const std::string_view member : keys_of<T>().required) {
    if (member == D::name) return true;
  }
  return false;
}

/// Whether each member that `modcomm_keys` mentions is one of `members`.
template <class T, std::size_t N>
consteval bool keys_name_members(const std::array<std::string_view, N>& members) {
  const auto known = [&](std::string_view wanted) {
    for (const std::string_view member : members) {
      if (member == wanted) return true;
    }
    return false;
  };
  for (const KeyName& name : keys_of<T>().names) {
    if (!known(name.member)) return false;
  }
  for (const std::string_view member : keys_of<T>().required) {
    if (!known(member)) return false;
  }
  return true;
}

template <class Item, std::size_t N>
consteval bool keys_differ(const std::array<Item, N>& items) {
  for (std::size_t i = 0; i < N; ++i) {
    for (std::size_t j = i + 1; j < N; ++j) {
      if (items[i].key == items[j].key) return false;
    }
  }
  return true;
}

}  // namespace detail
}  // namespace modcomm
