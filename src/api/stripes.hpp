// Counters that many threads raise at once: each thread has its stripe, on its own cache line.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>

#include <modcomm/clock.hpp>

namespace modcomm::detail {

class Stripes {
 public:
  struct Counts {
    std::uint64_t succeeded = 0;
    std::uint64_t ignored = 0;
    std::uint64_t rejected = 0;
    std::int64_t last_success = std::numeric_limits<std::int64_t>::min();
  };

  void succeeded(SteadyTime now) noexcept {
    Stripe& stripe = mine();
    stripe.succeeded.fetch_add(1, std::memory_order_relaxed);
    stripe.last_success.store(now.time_since_epoch().count(), std::memory_order_relaxed);
  }
  void ignored() noexcept { mine().ignored.fetch_add(1, std::memory_order_relaxed); }
  void rejected() noexcept { mine().rejected.fetch_add(1, std::memory_order_relaxed); }

  Counts sum() const noexcept;
  std::uint64_t sum_succeeded() const noexcept;

 private:
  static constexpr std::size_t count = 8;
  static constexpr std::size_t cache_line = 64;

  struct alignas(cache_line) Stripe {
    std::atomic<std::uint64_t> succeeded{0};
    std::atomic<std::uint64_t> ignored{0};
    std::atomic<std::uint64_t> rejected{0};
    std::atomic<std::int64_t> last_success{std::numeric_limits<std::int64_t>::min()};
  };

  /// By where the thread keeps its own variables: cheap to know, and spread by the multiplication.
  Stripe& mine() noexcept {
    static thread_local const char here = 0;
    const auto address = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(&here));
    return stripes_[(address * 0x9e3779b97f4a7c15U) >> 61U];
  }

  std::array<Stripe, count> stripes_{};
};

}  // namespace modcomm::detail
