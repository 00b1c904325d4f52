// call.hpp -- calling an operation over and over: what all contenders of calls have in common.
//
// A run is honest when every reply was looked at: their sum is checked.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <boost/describe.hpp>

#include <modcomm/histogram.hpp>

#include "flow.hpp"
#include "kit/contender.hpp"
#include "kit/machine.hpp"

namespace bench {

/// What is called: a + b.
struct Addition {
  std::int64_t a{};
  std::int64_t b{};
};
BOOST_DESCRIBE_STRUCT(Addition, (), (a, b))

/// Which of the things that a call may ask for are on.
struct CallLoad {
  bool by_handle = false;
  bool metrics = true;
  bool policies = false;  ///< Breaker, retry, bulkhead, deadline and one middleware.
};

/// Where caller and worker of a pooled call run.
struct RoundTrip {
  std::vector<unsigned> caller_cores{};
  std::vector<unsigned> worker_cores{};
  bool sleeping = true;  ///< Whether the worker sleeps between calls, or spins.
};

/// Has `call(n)` answer n + 1, `count` times; nanoseconds a call.
template <class Call>
Figure measure_calls(std::uint64_t count, Call call) {
  const OnCores pinned({0});
  std::uint64_t sum = 0;
  const auto begin = std::chrono::steady_clock::now();
  for (std::uint64_t n = 0; n < count; ++n) {
    sum += static_cast<std::uint64_t>(call(static_cast<std::int64_t>(n)));
  }
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
  if (sum != count * (count + 1) / 2) give_up("the replies are wrong");
  return {.value = took.count() / static_cast<double>(count)};
}

/// The same for calls that another thread answers: p50 and p99.
template <class Call>
Figure measure_round_trips(const RoundTrip& trip, std::uint64_t count, Call call) {
  const auto pinned = Flow::on(trip.caller_cores);
  modcomm::Histogram times;
  for (std::uint64_t n = 0; n < count; ++n) {
    const auto begin = std::chrono::steady_clock::now();
    const auto reply = call(static_cast<std::int64_t>(n));
    times.add(std::chrono::steady_clock::now() - begin);
    if (reply != static_cast<std::int64_t>(n) + 1) give_up("the reply is wrong");
  }
  const auto ns = [&](double q) { return static_cast<double>(times.quantile(q).count()); };
  return {ns(0.5), ns(0.99)};
}

}  // namespace bench
