// Has a cache line brought near, before it is needed. Hints: no address does harm.
#pragma once

namespace modcomm::detail {

inline void prefetch_to_read(const void* line) noexcept { __builtin_prefetch(line); }

/// Takes the line away from other cores. For x86 the built-in would only read it, unless the whole
/// program wants a processor that is known to have the instruction; those that lack it ignore it.
inline void prefetch_to_write(void* line) noexcept {
#if defined(__x86_64__)
  asm volatile("prefetchw %0" : : "m"(*static_cast<char*>(line)));
#else
  __builtin_prefetch(line, 1);
#endif
}

}  // namespace modcomm::detail
