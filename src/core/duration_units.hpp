// The units of durations in texts, the largest first.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace modcomm::detail {

struct DurationUnit {
  std::string_view name;
  std::uint64_t nanoseconds;
};

inline constexpr std::array<DurationUnit, 7> duration_units = {{{"d", 86'400'000'000'000},
                                                                {"h", 3'600'000'000'000},
                                                                {"m", 60'000'000'000},
                                                                {"s", 1'000'000'000},
                                                                {"ms", 1'000'000},
                                                                {"us", 1'000},
                                                                {"ns", 1}}};

}  // namespace modcomm::detail
