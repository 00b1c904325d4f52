// An amount of messages and of their bytes.
#pragma once

#include <cstddef>

namespace modcomm::detail {

struct Credit {
  std::size_t messages = 0;
  std::size_t bytes = 0;

  Credit& operator+=(const Credit& other) noexcept {
    messages += other.messages;
    bytes += other.bytes;
    return *this;
  }
  Credit& operator-=(const Credit& other) noexcept {
    messages -= other.messages;
    bytes -= other.bytes;
    return *this;
  }
  friend bool operator==(const Credit&, const Credit&) = default;
};

}  // namespace modcomm::detail
