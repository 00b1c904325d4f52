// observe/counter.hpp -- a number that only grows.
//
// Threads.   Everything from any thread. `add_single_writer` costs no locked instruction and wants
//            that no two adds overlap; a strand or a mutex gives that.
#pragma once

#include <atomic>
#include <cstdint>

namespace modcomm {

class Counter {
 public:
  void add(std::uint64_t n = 1) noexcept { value_.fetch_add(n, std::memory_order_relaxed); }

  void add_single_writer(std::uint64_t n = 1) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }

  std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

  /// What was counted since value() answered `base`: a reset moves the base line of a view, and
  /// never the counter.
  std::uint64_t since(std::uint64_t base) const noexcept { return value() - base; }

 private:
  std::atomic<std::uint64_t> value_{0};
};

}  // namespace modcomm
