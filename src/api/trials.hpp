// The trial calls of a half-open breaker: who may begin, and what their results say.
//
// A trial is a lease: without a result by its end it has failed. One that takes longer than
// `patience` gives up its place, so that hung calls do not keep others from trying, but not its
// vote, so that an operation that is slow by nature can recover.
//
// A failed trial that began before one that succeeded says nothing any more.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include <modcomm/clock.hpp>

namespace modcomm::detail {

enum class Verdict : std::uint8_t { undecided, well, ill };

class Trials {
 public:
  /// Forgets everything. `places` results decide: as many failures as make `failure_rate` of them
  /// (one, if it is 0) say ill, and as many successes as make that impossible say well.
  void begin(std::uint32_t places, double failure_rate, std::chrono::nanoseconds patience);

  /// The number of a new trial, or empty: all places are taken, or the verdict is given.
  std::optional<std::uint32_t> start(SteadyTime now, SteadyTime lease_end);

  /// Takes a result in; false if that trial has ended before.
  bool succeeded(std::uint32_t number);
  bool failed(std::uint32_t number);
  /// Gives a place back without a result.
  bool returned(std::uint32_t number);

  /// Fails those whose lease has ended, and answers how many.
  std::uint32_t expire(SteadyTime now);

  Verdict verdict() const noexcept;
  std::uint32_t under_way() const noexcept { return static_cast<std::uint32_t>(trials_.size()); }
  /// When `start` may succeed if nobody reports before.
  SteadyTime next_place(SteadyTime now) const noexcept;
  /// When the youngest trial that failed began; meaningless without one.
  SteadyTime last_failed_began() const noexcept { return last_failed_began_; }

 private:
  struct Trial {
    std::uint32_t number = 0;
    SteadyTime began{};
    SteadyTime lease_end{};
  };

  std::optional<Trial> take(std::uint32_t number);
  void count_failure(const Trial& trial) noexcept;
  bool holds_place(const Trial& trial, SteadyTime now) const noexcept;

  std::uint32_t places_ = 1;
  std::uint32_t failures_for_ill_ = 1;
  std::chrono::nanoseconds patience_{0};
  std::uint32_t successes_ = 0;
  std::uint32_t failures_ = 0;
  std::uint32_t last_number_ = 0;
  std::uint32_t last_success_ = 0;  // number
  SteadyTime last_failed_began_{};
  std::vector<Trial> trials_{};  // under way, oldest first
};

}  // namespace modcomm::detail
