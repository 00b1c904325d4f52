// The cores that a thread may run on.
#pragma once

#include <optional>

#include <sched.h>

namespace modcomm::detail {

class Cores {
 public:
  static Cores of_this_thread() noexcept {
    Cores cores;
    cpu_set_t set;
    if (::sched_getaffinity(0, sizeof set, &set) == 0) cores.set_ = set;
    return cores;
  }

  /// This thread runs there from now on, as far as that can be had.
  void take() const noexcept {
    if (set_ && !(*this == of_this_thread())) ::sched_setaffinity(0, sizeof *set_, &*set_);
  }

  friend bool operator==(const Cores& a, const Cores& b) noexcept {
    return a.set_ && b.set_ && CPU_EQUAL(&*a.set_, &*b.set_);
  }

 private:
  Cores() = default;
  std::optional<cpu_set_t> set_{};  // empty: there are more than it can name
};

}  // namespace modcomm::detail
