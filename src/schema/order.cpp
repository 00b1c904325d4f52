#include "schema/order.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "schema/number.hpp"

namespace modcomm::detail {
namespace {

void measure(const Value& value, std::size_t depth, Extent& extent) {
  ++extent.cost;
  if (const auto* text = value.get_ptr<const Value::string_t*>()) {
    extent.cost += text->size() / 16;
  }
  if (!value.is_structured()) return;
  if (depth == max_json_depth) {
    extent.too_deep = true;
    return;
  }
  if (const auto* object = value.get_ptr<const Value::object_t*>()) {
    for (const auto& [key, part] : *object) {
      extent.cost += key.size() / 16;
      measure(part, depth + 1, extent);
    }
  } else {
    for (const Value& part : *value.get_ptr<const Value::array_t*>()) {
      measure(part, depth + 1, extent);
    }
  }
}

template <class T>
int compared(const T& a, const T& b) noexcept {
  if (a < b) return -1;
  return b < a ? 1 : 0;
}

/// What is not a number comes before all numbers.
int compare_numbers(const Value& a, const Value& b) noexcept {
  const Exact left = exact(a);
  const Exact right = exact(b);
  if (std::isnan(left) || std::isnan(right)) return compared(!std::isnan(left), !std::isnan(right));
  return compared(left, right);
}

int compare_arrays(const Value::array_t& a, const Value::array_t& b) noexcept {
  if (a.size() != b.size()) return compared(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (const int order = compare(a[i], b[i]); order != 0) return order;
  }
  return 0;
}

int compare_objects(const Value::object_t& a, const Value::object_t& b) noexcept {
  if (a.size() != b.size()) return compared(a.size(), b.size());
  for (auto left = a.begin(), right = b.begin(); left != a.end(); ++left, ++right) {
    if (const int order = left->first.compare(right->first); order != 0) return order;
    if (const int order = compare(left->second, right->second); order != 0) return order;
  }
  return 0;
}

/// Integers and other numbers are of one kind.
Value::value_t rank_of(const Value& value) noexcept {
  return value.is_number() ? Value::value_t::number_float : value.type();
}

constexpr std::size_t few = 16;

std::optional<std::pair<std::size_t, std::size_t>> twins_among_few(const Value::array_t& items) {
  for (std::size_t later = 1; later < items.size(); ++later) {
    for (std::size_t earlier = 0; earlier < later; ++earlier) {
      if (compare(items[earlier], items[later]) == 0) return std::pair(earlier, later);
    }
  }
  return std::nullopt;
}

}  // namespace

Extent extent_of(const Value& value) {
  Extent extent;
  measure(value, 0, extent);
  return extent;
}

int compare(const Value& a, const Value& b) noexcept {
  using Rank = Value::value_t;
  const Rank rank = rank_of(a);
  if (rank != rank_of(b)) return compared(rank, rank_of(b));
  switch (rank) {
    case Rank::number_float:
      return compare_numbers(a, b);
    case Rank::boolean:
      return compared(*a.get_ptr<const bool*>(), *b.get_ptr<const bool*>());
    case Rank::string:
      return a.get_ptr<const Value::string_t*>()->compare(*b.get_ptr<const Value::string_t*>());
    case Rank::array:
      return compare_arrays(*a.get_ptr<const Value::array_t*>(),
                            *b.get_ptr<const Value::array_t*>());
    case Rank::object:
      return compare_objects(*a.get_ptr<const Value::object_t*>(),
                             *b.get_ptr<const Value::object_t*>());
    case Rank::binary:
      return compared<std::vector<std::uint8_t>>(*a.get_ptr<const Value::binary_t*>(),
                                                 *b.get_ptr<const Value::binary_t*>());
    default:
      return 0;
  }
}

std::optional<std::pair<std::size_t, std::size_t>> find_twins(const Value::array_t& items) {
  if (items.size() <= few) return twins_among_few(items);
  std::vector<std::size_t> sorted(items.size());
  std::iota(sorted.begin(), sorted.end(), std::size_t{0});
  std::ranges::sort(sorted,
                    [&](std::size_t a, std::size_t b) { return compare(items[a], items[b]) < 0; });
  const auto equal = [&](std::size_t a, std::size_t b) { return compare(items[a], items[b]) == 0; };
  const auto twins = std::ranges::adjacent_find(sorted, equal);
  if (twins == sorted.end()) return std::nullopt;
  return std::pair(*twins, *std::next(twins));
}

}  // namespace modcomm::detail
