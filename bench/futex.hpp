// futex.hpp -- the kernel's way to sleep until a word changes.
#pragma once

#include <atomic>
#include <cstdint>

#include <linux/futex.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace bench {

/// Sleeps while `word` holds `seen`; may return early.
inline void futex_wait(std::atomic<std::uint32_t>& word, std::uint32_t seen) {
  syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, seen, nullptr, nullptr, 0);
}

inline void futex_wake_one(std::atomic<std::uint32_t>& word) {
  syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

/// Makes every other thread of this process pass a full memory barrier, so that they need none of
/// their own on their hot path.
inline void barrier_on_all_threads() {
  static const auto registered =
      syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0);
  if (registered == 0) syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
}

inline void relax() { __builtin_ia32_pause(); }

}  // namespace bench
