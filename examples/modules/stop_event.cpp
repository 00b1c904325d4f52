#include "modules/stop_event.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <system_error>

#include <poll.h>
#include <sys/eventfd.h>

namespace lab {

StopEvent::StopEvent() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!event_) throw std::system_error(errno, std::generic_category(), "eventfd");
}

void StopEvent::request() noexcept {
  [[maybe_unused]] const int full_means_requested = ::eventfd_write(event_.get(), 1);
}

bool StopEvent::wait_for(std::chrono::nanoseconds time) const noexcept {
  using std::chrono::steady_clock;
  const auto deadline = steady_clock::now() + time;
  pollfd event{.fd = event_.get(), .events = POLLIN, .revents = 0};
  for (;;) {
    const int ready = ::poll(&event, 1, poll_time(deadline));
    if (ready > 0) return true;
    if (ready == 0 && steady_clock::now() >= deadline) return false;
  }
}

int poll_time(std::chrono::steady_clock::time_point deadline) noexcept {
  using std::chrono::milliseconds;
  const auto left = deadline - std::chrono::steady_clock::now();
  const auto whole = std::chrono::ceil<milliseconds>(left).count();
  return static_cast<int>(std::clamp<milliseconds::rep>(whole, 0, std::numeric_limits<int>::max()));
}

}  // namespace lab
