// A middleware that logs: one line for each attempt of each call, with who called what, how long it
// took and how it ended. It is switched off and on while the bus runs.
#include <chrono>
#include <functional>
#include <iostream>
#include <mutex>

#include <modcomm/modcomm.hpp>

// [log]
/// Lines come from many threads at once; each is written whole.
class CallLog {
 public:
  modcomm::Result<void> operator()(modcomm::CallContext& call, const modcomm::Next& next) {
    const auto begun = std::chrono::steady_clock::now();
    const modcomm::Result<void> done = next();
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begun;
    const std::lock_guard lock(mutex_);
    ++lines_;
    std::cout << call.request_id().to_string() << ' ' << call.caller() << " -> " << call.operation()
              << " #" << call.attempt() << ", " << took.count()
              << " ms: " << (done ? "ok" : done.error().to_string()) << '\n';
    return done;
  }
  int lines() const { return lines_; }

 private:
  std::mutex mutex_;
  int lines_ = 0;
};
// [/log]

int main() {
  CallLog log;  // before the bus, whose calls use it
  modcomm::Bus bus;
  const auto lab = bus.module("LabRunner");
  const auto user = bus.module("User");
  const auto half = lab.provide("Half",
                                [](const int& number) -> modcomm::Result<int> {
                                  if (number % 2 == 0) return number / 2;
                                  return modcomm::Error(modcomm::Code::invalid_argument, "odd",
                                                        "an odd number has no half here");
                                })
                        .value();

  // [add]
  // Outermost, so that it sees what the other middleware makes of a call.
  bus.call_middleware().add({.name = "log", .function = std::ref(log), .order = 0}).value();
  // [/add]
  const bool even = user.call<int>("LabRunner.Half", 8).has_value();
  const bool odd = user.call<int>("LabRunner.Half", 7).has_value();

  bus.call_middleware().enable("log", false).value();
  const bool silent = user.call<int>("LabRunner.Half", 6).has_value();

  return even && !odd && silent && log.lines() == 2 ? 0 : 1;
}
