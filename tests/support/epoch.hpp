// When time begins in tests of policies: not at zero, which would hide what a clock must be asked for.
#pragma once

#include <chrono>

#include <modcomm/clock.hpp>

namespace modcomm::detail {

inline constexpr SteadyTime epoch{std::chrono::seconds(1'000)};

}  // namespace modcomm::detail
