// How long a breaker stays open; docs/adr/0006-open-time-and-outage.md says why.
#pragma once

#include <chrono>
#include <cstdint>

#include <modcomm/resilience.hpp>

#include "core/random.hpp"

namespace modcomm::detail {

/// The open time of a trip after `trips_before` others without a real recovery between them, when
/// the operation has been failing for `outage`: grows from trip to trip up to the ceiling, is never
/// over the greater of twice the first open time and a third of the outage, and varies by the
/// jitter (which keeps to the latter bound).
std::chrono::nanoseconds open_time(const BreakerOptions& options, std::uint32_t trips_before,
                                   std::chrono::nanoseconds outage, Random& random) noexcept;

}  // namespace modcomm::detail
