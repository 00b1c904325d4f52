#include "core/os_barrier.hpp"

#if defined(__linux__)
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace modcomm::detail {
namespace {

#if defined(__linux__)
bool membarrier(int command) noexcept { return syscall(SYS_membarrier, command, 0, 0) == 0; }
bool prepare() noexcept { return membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED); }
void interrupt_all() noexcept { membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED); }
#else
bool prepare() noexcept { return false; }
void interrupt_all() noexcept {}
#endif

}  // namespace

const bool barrier_is_asymmetric = prepare();

void heavy_barrier() noexcept {
  barrier_line.fetch_add(1, std::memory_order_acq_rel);
  if (barrier_is_asymmetric) interrupt_all();
}

}  // namespace modcomm::detail
