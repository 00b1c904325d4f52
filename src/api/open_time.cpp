#include "api/open_time.hpp"

#include <algorithm>
#include <cmath>

namespace modcomm::detail {

using std::chrono::nanoseconds;

namespace {

double in_ns(nanoseconds duration) noexcept { return static_cast<double>(duration.count()); }

/// Uniform from -1 to 1.
double swing(Random& random) noexcept {
  constexpr std::uint64_t half = std::uint64_t{1} << 52U;
  return static_cast<double>(random.below(2 * half + 1)) / static_cast<double>(half) - 1;
}

nanoseconds whole(double ns) noexcept {
  constexpr double longest = 9e18;
  return nanoseconds(static_cast<nanoseconds::rep>(std::clamp(ns, 1.0, longest)));
}

}  // namespace

nanoseconds open_time(const BreakerOptions& options, std::uint32_t trips_before, nanoseconds outage,
                      Random& random) noexcept {
  const double first = in_ns(options.open_for);
  const double grown =
      std::min(first * std::pow(options.growth, trips_before), in_ns(options.max_open));
  const double in_proportion = std::max(2 * first, in_ns(outage) / 3) / (1 + options.jitter);
  return whole(std::min(grown, in_proportion) * (1 + options.jitter * swing(random)));
}

}  // namespace modcomm::detail
