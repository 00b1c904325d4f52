// The processor's own counter of time, where it can be trusted.
#pragma once

#include <cstdint>

namespace modcomm::detail {

/// Whether `ticks` counts at a constant rate and alike on all cores. Asks the operating system.
bool ticks_are_reliable() noexcept;

/// The counter; 0 on processors without one.
inline std::uint64_t ticks() noexcept {
#if defined(__x86_64__)
  return __builtin_ia32_rdtsc();
#else
  return 0;
#endif
}

}  // namespace modcomm::detail
