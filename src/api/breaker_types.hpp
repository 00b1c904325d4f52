// What goes in and out of a breaker.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <modcomm/resilience.hpp>

namespace modcomm::detail {

/// Leave to make one call; its result comes back with it.
struct Permit {
  std::uint64_t generation = 0;
  std::uint32_t trial = 0;  ///< Number of the trial call; 0: an ordinary one.
};

enum class Outcome : std::uint8_t {
  success,
  failure,
  ignored,  ///< Says nothing about the one called: a fault of the caller, a cancelled call.
};

/// As the table in docs/concepts/errors.md says.
inline Outcome outcome_of(const Error& error) noexcept {
  if (error.code() == Code::ok) return Outcome::success;
  return error.counts_for_breaker() ? Outcome::failure : Outcome::ignored;
}

/// The end of a call.
struct CallResult {
  Outcome outcome = Outcome::success;
  std::chrono::nanoseconds took{0};
  const Error* error = nullptr;  ///< Kept as the last error of a failure.
};

/// A change of state, for a notice. Threads may tell them in another order than they happened;
/// generations rise by one.
struct Transition {
  SteadyTime time{};
  std::uint64_t generation = 0;  ///< Of the new state.
  BreakerState from = BreakerState::closed;
  BreakerState to = BreakerState::closed;
  BreakerCause cause = BreakerCause::reset;
};
using Transitions = std::vector<Transition>;

/// The answer to a call that wants to begin.
struct Admission {
  bool granted = false;
  Permit permit{};
  std::optional<std::chrono::nanoseconds> retry_after{};  ///< Of a refusal, if anybody knows.
  Transitions changes{};
};

/// unavailable / circuit_open, with what to do and when.
Error circuit_open_error(std::string_view operation, const Admission& refused);

}  // namespace modcomm::detail
