// The cores that a thread may run on.
#pragma once

#include <array>
#include <cstdint>

namespace modcomm::detail {

class Cores {
 public:
  static Cores of_this_thread() noexcept;

  /// This thread runs there from now on, as far as that can be had.
  void take() const noexcept;

  friend bool operator==(const Cores&, const Cores&) = default;

 private:
  bool known_ = false;  // not where there are more than the set can name
  std::array<std::uint64_t, 16> set_{};
};

}  // namespace modcomm::detail
