// inline.hpp -- publishing to subscribers that run on the publisher's own thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "flow.hpp"
#include "kit/contender.hpp"
#include "kit/machine.hpp"

namespace bench {

/// What each subscriber adds up; a whole cache line, so that subscribers do not share one.
struct alignas(64) Sum {
  std::uint64_t count{};
  std::uint64_t numbers{};

  void take(const Body64& body) {
    ++count;
    numbers += body.number + body.more.back();
  }
};

/// Calls `publish(body)` and answers nanoseconds a publish.
template <class Publish>
Figure measure_inline(std::uint64_t count, const std::vector<Sum>& sums, Publish publish) {
  const OnCores pinned({0});
  const auto begin = std::chrono::steady_clock::now();
  for (std::uint64_t number = 0; number < count; ++number) {
    publish(Body64{.number = number, .more = {}});
  }
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
  for (const auto& sum : sums) {
    if (sum.count != count || sum.numbers != count * (count - 1) / 2) {
      give_up("a subscriber missed messages");
    }
  }
  return {.value = took.count() / static_cast<double>(count)};
}

}  // namespace bench
