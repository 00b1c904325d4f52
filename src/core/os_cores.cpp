#include "core/os_cores.hpp"

#include <bit>

#include <sched.h>

namespace modcomm::detail {

Cores Cores::of_this_thread() noexcept {
  Cores cores;
  cpu_set_t set;
  cores.known_ = ::sched_getaffinity(0, sizeof set, &set) == 0;
  if (cores.known_) cores.set_ = std::bit_cast<decltype(cores.set_)>(set);
  return cores;
}

void Cores::take() const noexcept {
  if (!known_ || *this == of_this_thread()) return;
  const auto set = std::bit_cast<cpu_set_t>(set_);
  static_cast<void>(::sched_setaffinity(0, sizeof set, &set));
}

}  // namespace modcomm::detail
