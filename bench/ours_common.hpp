// ours_common.hpp -- what all shapes of ours share: everything that a message can ask for is on.
#pragma once

#include <chrono>
#include <string>

#include <modcomm/modcomm.hpp>

#include "flow.hpp"

namespace bench::ours {

inline constexpr auto pattern = "Temp*";
inline constexpr modcomm::PublishOptions everything_on{.priority = modcomm::Priority::high,
                                                       .ttl = std::chrono::minutes(5)};

/// Workers start with the first message, on the cores of whoever publishes it. This one, which
/// nobody subscribes to, starts them here.
inline void start_workers(modcomm::Bus& bus, const std::string& channel) {
  bus.module("Bench").publish(channel, "Start").value();
  bus.flush(std::chrono::seconds(5)).value();
}

}  // namespace bench::ours
