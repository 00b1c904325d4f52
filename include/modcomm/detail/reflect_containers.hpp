// modcomm/detail/reflect_containers.hpp -- the Shape of sequences, sets and maps.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <modcomm/detail/reflect_values.hpp>

namespace modcomm::detail {

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

}  // namespace modcomm::detail
