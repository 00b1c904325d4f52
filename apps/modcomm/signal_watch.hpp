// Ctrl-C and its like, as a call on an ordinary thread.
//
//   SignalWatch signals;                                        // before any other thread
//   signals.listen([&](int signal) { ask_to_stop(signal); });
//
// Threads.   Construct it first: threads that begin later inherit that these signals are blocked.
//            They stay blocked to the end of the process.
#pragma once

#include <atomic>
#include <functional>
#include <thread>

#include <signal.h>

#include "modules/descriptor.hpp"
#include "modules/stop_event.hpp"

namespace modcomm::program {

/// Hears SIGINT, SIGTERM, SIGHUP and SIGQUIT, and keeps SIGPIPE from ending the process.
class SignalWatch {
 public:
  SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;
  ~SignalWatch() { stop_.request(); }

  /// Calls with each signal, those included that came before.
  void listen(std::function<void(int)> on_signal);
  /// The first one that came, or 0.
  int signal() const noexcept { return signal_; }

 private:
  void watch(const std::function<void(int)>& on_signal);

  std::atomic<int> signal_{0};
  lab::Descriptor signals_;
  lab::StopEvent stop_;
  std::jthread watcher_;
};

}  // namespace modcomm::program
