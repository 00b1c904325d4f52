#include "core/os_ticks.hpp"

#include <fstream>
#include <string>

#if defined(__linux__) && defined(__x86_64__)
#include <cpuid.h>
#endif

namespace modcomm::detail {

#if defined(__linux__) && defined(__x86_64__)
namespace {

/// The processor says that its counter never stops and never changes its rate (AMD64 Architecture
/// Programmer's Manual, volume 3, CPUID Fn8000_0007 EDX bit 8).
bool counter_is_invariant() noexcept {
  unsigned eax = 0;
  unsigned ebx = 0;
  unsigned ecx = 0;
  unsigned edx = 0;
  return __get_cpuid(0x80000007, &eax, &ebx, &ecx, &edx) != 0 && (edx & 0x100U) != 0;
}

}  // namespace

/// Linux keeps its own time by this counter only after it has found it constant and in step. In a
/// virtual machine it reads the same counter by the host's scale.
bool ticks_are_reliable() noexcept {
  try {
    std::ifstream file("/sys/devices/system/clocksource/clocksource0/current_clocksource");
    std::string source;
    if (!(file >> source)) return false;
    return source == "tsc" || (source == "kvm-clock" && counter_is_invariant());
  } catch (...) {
    return false;
  }
}
#else
bool ticks_are_reliable() noexcept { return false; }
#endif

}  // namespace modcomm::detail
