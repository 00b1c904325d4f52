// ping.hpp -- how long one message takes to a thread that waits for it.
//
// The sender stamps a message with the clock, sends it, and sends the next one only when the
// receiver has seen it and has had time to go back to sleep.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

#include <modcomm/histogram.hpp>

#include "flow.hpp"
#include "futex.hpp"
#include "kit/contender.hpp"

namespace bench {

struct Ping {
  std::vector<unsigned> sender_cores{};
  std::vector<unsigned> receiver_cores{};
  bool sleeping = true;  ///< Whether the receiver sleeps, or spins.
};

using Stamp = std::chrono::steady_clock::time_point;

/// What the receiver does with a stamp. One receiver and one sender.
class Stopwatch {
 public:
  void arrived(Stamp sent) {
    times_.add(std::chrono::steady_clock::now() - sent);
    seen_.fetch_add(1, std::memory_order_release);
  }

  /// Sends `count` stamps through `send(stamp)`, one at a time; p50 and p99 in nanoseconds.
  template <class Send>
  Figure measure(const Ping& ping, std::uint64_t count, Send send) {
    const auto pinned = Flow::on(ping.sender_cores);
    for (std::uint64_t sent = 1; sent <= count; ++sent) {
      pause(ping.sleeping);
      send(std::chrono::steady_clock::now());
      while (seen_.load(std::memory_order_acquire) < sent) {
        ping.sleeping ? std::this_thread::yield() : relax();
      }
    }
    const auto ns = [&](double q) { return static_cast<double>(times_.quantile(q).count()); };
    return {ns(0.5), ns(0.99)};
  }

 private:
  static void pause(bool long_enough_to_sleep) {
    if (long_enough_to_sleep) {
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    } else {
      for (int spins = 0; spins < 50; ++spins) relax();
    }
  }

  modcomm::Histogram times_{};
  alignas(64) std::atomic<std::uint64_t> seen_{0};
};

}  // namespace bench
