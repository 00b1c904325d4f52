// Tells the processor that this thread only looks.
#pragma once

namespace modcomm::detail {

inline void relax() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

}  // namespace modcomm::detail
