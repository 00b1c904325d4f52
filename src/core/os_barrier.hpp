// An asymmetric pair of memory barriers: the frequent side pays nothing, the rare side a system
// call.
//
// If thread A stores x, calls light_barrier() and loads y, while thread B stores y, calls
// heavy_barrier() and loads x, then at least one of them sees the other's store.
#pragma once

#include <atomic>

namespace modcomm::detail {

/// Whether the operating system gives us the cheap form. Set before main begins.
extern const bool barrier_is_asymmetric;

/// Where there is no cheap form, both sides meet on this line: the later one sees the earlier.
inline std::atomic<unsigned> barrier_line = 0;

inline void light_barrier() noexcept {
  if (barrier_is_asymmetric) {
    std::atomic_signal_fence(std::memory_order_seq_cst);
  } else {
    barrier_line.fetch_add(1, std::memory_order_acq_rel);
  }
}

void heavy_barrier() noexcept;

}  // namespace modcomm::detail
