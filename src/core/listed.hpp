// "a, b, c", cut when it grows long: how messages name what there is.
#pragma once

#include <cstddef>
#include <string>

namespace modcomm::detail {

/// `text(item)` gives the text of each.
template <class Items, class Text>
std::string listed(const Items& items, Text text) {
  constexpr std::size_t most = 16;
  std::string out;
  std::size_t count = 0;
  for (const auto& item : items) {
    if (count > 0) out.append(", ");
    if (count++ == most) return out.append("...");
    out.append(text(item));
  }
  return out;
}

}  // namespace modcomm::detail
