// Calls that end as soon as somebody wishes the lab to stop.
//
//   lab::StoppableCalls calls(bus, module);
//   const auto done = calls.call<StepResult>("LabRunner.ExecuteStep", ExecuteStep{.step = "pack"});
//   if (calls.stopped()) return;
//
// Listens    Control: StopRequested.
// Threads.   call() belongs to one thread at a time; the rest may be called from any.
// Errors.    As Module::call answers; cancelled / by_caller after a stop.
#pragma once

#include <chrono>
#include <mutex>
#include <string_view>
#include <utility>

#include <modcomm/bus.hpp>

#include "modules/stop_event.hpp"

namespace lab {

class StoppableCalls {
 public:
  StoppableCalls(modcomm::Bus& bus, modcomm::Module module);

  template <class R, class T>
  [[nodiscard]] modcomm::Result<R> call(std::string_view operation, T parameters,
                                        const modcomm::CallOptions& options = {}) {
    auto pending = module_.start<R>(operation, std::move(parameters), options);
    if (!pending) return pending.error();
    watch(pending->request_id());
    return pending->wait();
  }

  bool stopped() const noexcept { return stop_.requested(); }
  /// Whether a stop came within that time.
  bool wait_for(std::chrono::nanoseconds time) const noexcept { return stop_.wait_for(time); }

 private:
  void watch(modcomm::RequestId call);
  void stop();
  void cancel_current();

  modcomm::Bus& bus_;
  modcomm::Module module_;
  StopEvent stop_;
  std::mutex mutex_;
  modcomm::RequestId current_{};  // guarded by mutex_
  modcomm::Subscription subscription_;
};

}  // namespace lab
