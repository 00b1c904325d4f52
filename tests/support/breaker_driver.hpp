// A fixture that talks to one breaker in short words, on a clock that it sets itself.
#pragma once

#include <chrono>
#include <vector>

#include <gtest/gtest.h>

#include "api/breaker.hpp"

namespace modcomm::detail {

class BreakerDriver : public ::testing::Test {
 protected:
  static constexpr std::chrono::milliseconds quick{1};

  Admission admit(std::chrono::nanoseconds timeout = std::chrono::seconds(30)) {
    Admission admission = breaker.admit(now, now + timeout);
    hear(admission.changes);
    return admission;
  }
  void record(const Permit& permit, Outcome outcome, std::chrono::nanoseconds took = quick) {
    const Error error(Code::unavailable, reason::link_down, "no route");
    hear(breaker.record(permit, {outcome, took, &error}, now));
  }

  /// One whole call, which must be admitted.
  void finish(Outcome outcome, std::chrono::nanoseconds took = quick) {
    const Admission admission = admit();
    ASSERT_TRUE(admission.granted);
    record(admission.permit, outcome, took);
  }
  void succeed(int times = 1) {
    for (int i = 0; i < times; ++i) finish(Outcome::success);
  }
  void fail(int times = 1) {
    for (int i = 0; i < times; ++i) finish(Outcome::failure);
  }
  /// From open to closed.
  void close_again() {
    wait(admit().retry_after.value());
    succeed(2);
    ASSERT_EQ(state(), BreakerState::closed);
  }

  void wait(std::chrono::nanoseconds time) { now += time; }
  void configure(BreakerOptions options) {
    options.jitter = 0;
    breaker.configure(options, now);
  }
  void force_open() { hear(breaker.force_open(now)); }
  void force_closed() { hear(breaker.force_closed(now)); }
  void release() { hear(breaker.release(now)); }
  void reset() { hear(breaker.reset(now)); }

  WallTime wall() const { return WallTime(std::chrono::hours(500'000)) + now.time_since_epoch(); }
  BreakerState state() const { return breaker.state(); }
  BreakerInfo info() const { return breaker.info({now, wall()}); }
  BreakerCause last_cause() const { return told.at(told.size() - 1).cause; }

  SteadyTime now{std::chrono::seconds(1'000)};
  Breaker breaker{BreakerOptions{.jitter = 0}, 1, now};
  Transitions told{};

 private:
  void hear(const Transitions& changes) { told.insert(told.end(), changes.begin(), changes.end()); }
};

}  // namespace modcomm::detail
