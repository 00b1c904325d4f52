// modcomm/testing.hpp -- for tests of modules: a bus without threads or waiting, and what it carried.
//
//   modcomm::TestBus bus;                                        // or TestBus bus(seed)
//   modcomm::MessageLog heard(bus.module("Observer"), "Steps");
//   LabRunner lab(bus.module("LabRunner"));                      // the module under test
//   lab.run_step("CreateVM");
//   bus.run();                                                   // handlers run here
//   EXPECT_EQ(heard.types(), std::vector<std::string>{"StepDone"});
//   EXPECT_EQ(heard.last<StepDone>().value().step, "CreateVM");
//   bus.advance(5min);                                           // nobody sleeps
//
// No framework is needed: everything answers with values.
//
// Threads.   TestBus: one thread publishes, runs and waits. MessageLog: any.
// Order.     The same seed and the same calls give the same order of handlers.
// Lifetime.  A log may outlive its bus; the messages that it holds stay whole.
// Errors.    MessageLog's constructor throws Exception as Module::subscribe would answer. Queries
//            answer not_found / no_message, invalid_argument / does_not_convert or bad_pattern; for a
//            pattern that is none, `size`, `messages` and `payloads` throw Exception.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <modcomm/bus.hpp>
#include <modcomm/message.hpp>
#include <modcomm/module.hpp>
#include <modcomm/result.hpp>
#include <modcomm/simulation.hpp>
#include <modcomm/subscription.hpp>

namespace modcomm {

/// A Bus on a ManualClock and a SeededExecutor.
class TestBus {
 public:
  /// `clock` and `executor` of the options are replaced.
  explicit TestBus(std::uint64_t seed = 1, BusOptions options = {});

  /// Runs handlers until none has anything to do; says how many turns channels had.
  std::size_t run();
  /// Moves the time and runs what becomes due.
  void advance(std::chrono::nanoseconds by);

  Module module(std::string_view name) { return bus_.module(name); }
  Bus& bus() noexcept { return bus_; }
  Bus* operator->() noexcept { return &bus_; }
  ManualClock& clock() noexcept { return *clock_; }
  /// For one turn at a time.
  SeededExecutor& executor() noexcept { return *executor_; }

 private:
  /// Stops the executor after the bus.
  struct Stopper {
    explicit Stopper(std::shared_ptr<SeededExecutor> stopped) : executor(std::move(stopped)) {}
    Stopper(const Stopper&) = delete;
    Stopper(Stopper&&) noexcept = default;
    Stopper& operator=(const Stopper&) = delete;
    Stopper& operator=(Stopper&&) = delete;
    ~Stopper();
    std::shared_ptr<SeededExecutor> executor;
  };

  std::shared_ptr<ManualClock> clock_;
  std::shared_ptr<SeededExecutor> executor_;
  Stopper stopper_;
  Bus bus_;
};

/// Subscribes, and keeps a copy of each message in the order of delivery.
class MessageLog {
 public:
  MessageLog(const Module& module, std::string_view channel, std::string_view pattern = "*",
             SubscribeOptions options = {});

  /// Messages so far whose types match the glob.
  std::size_t size(std::string_view pattern = "*") const;
  bool empty() const { return size() == 0; }
  std::vector<Message> messages(std::string_view pattern = "*") const;
  std::vector<std::string> types() const;

  /// The payloads of the messages whose types match, each as a T.
  template <class T>
  Result<std::vector<T>> payloads(std::string_view pattern = "*") const;
  /// The newest message whose type matches; not_found / no_message if there is none.
  Result<Message> last_message(std::string_view pattern = "*") const;
  /// Its payload as a T.
  template <class T>
  Result<T> last(std::string_view pattern = "*") const;

  /// Forgets what was heard so far.
  void clear();
  Subscription& subscription() noexcept { return subscription_; }

 private:
  struct Inside;
  std::shared_ptr<Inside> inside_;
  Subscription subscription_;
};

template <class T>
Result<std::vector<T>> MessageLog::payloads(std::string_view pattern) const {
  std::vector<T> all;
  for (const Message& message : messages(pattern)) {
    Result<T> payload = message.as<T>();
    if (!payload) return payload.error();
    all.push_back(std::move(*payload));
  }
  return all;
}

template <class T>
Result<T> MessageLog::last(std::string_view pattern) const {
  const Result<Message> message = last_message(pattern);
  if (!message) return message.error();
  return message->as<T>();
}

}  // namespace modcomm
