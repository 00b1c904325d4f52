#pragma once

#include <cstddef>
#include <optional>
#include <utility>

#include <modcomm/value.hpp>

namespace modcomm::detail {

/// How much there is to walk over.
struct Extent {
  std::size_t cost = 0;   ///< Values, and one more for each 16 bytes of text.
  bool too_deep = false;  ///< Nested deeper than `max_json_depth`; what lies deeper is not counted.
};

Extent extent_of(const Value& value);

/// A total order in which equal means what JSON Schema calls equal: 1 and 1.0 are, and the order of
/// keys does not count. Neither value may be nested without bound.
int compare(const Value& a, const Value& b) noexcept;

/// The first two equal elements that are found, by their indexes.
std::optional<std::pair<std::size_t, std::size_t>> find_twins(const Value::array_t& items);

}  // namespace modcomm::detail
