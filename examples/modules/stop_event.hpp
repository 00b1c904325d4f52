// "Stop now", said once and heard by whoever waits.
//
//   lab::StopEvent stop;
//   std::jthread worker([&] { while (!stop.wait_for(1s)) work(); });
//   stop.request();
//
// Threads.   Every member may be called from any thread.
#pragma once

#include <chrono>

#include "modules/descriptor.hpp"

namespace lab {

class StopEvent {
 public:
  /// Throws std::system_error when the system has no descriptor left.
  StopEvent();

  void request() noexcept;
  bool requested() const noexcept { return wait_for(std::chrono::nanoseconds(0)); }
  /// Whether it was requested within that time.
  bool wait_for(std::chrono::nanoseconds time) const noexcept;
  /// Readable from the request on: something to poll.
  int descriptor() const noexcept { return event_.get(); }

 private:
  Descriptor event_;
};

/// The milliseconds until `deadline` as poll() wants them, rounded up.
int poll_time(std::chrono::steady_clock::time_point deadline) noexcept;

}  // namespace lab
