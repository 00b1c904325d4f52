#include "core/os_ticks.hpp"

#include <fstream>
#include <string>

namespace modcomm::detail {

/// Linux keeps its own time by this counter only after it has found it constant and in step.
bool ticks_are_reliable() noexcept {
#if defined(__linux__) && defined(__x86_64__)
  try {
    std::ifstream file("/sys/devices/system/clocksource/clocksource0/current_clocksource");
    std::string source;
    return file >> source && source == "tsc";
  } catch (...) {
    return false;
  }
#else
  return false;
#endif
}

}  // namespace modcomm::detail
