#pragma once

#include <string_view>

namespace modcomm::detail {

/// A value of `format` that can be asserted.
struct Format {
  std::string_view name;
  std::string_view example;
  bool (*matches)(std::string_view text);
};

/// Null if nobody knows the format, or if it cannot be asserted.
const Format* find_format(std::string_view name) noexcept;

}  // namespace modcomm::detail
