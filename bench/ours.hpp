// ours.hpp -- modcomm with everything on, in the shapes that peers are measured in.
#pragma once

#include <cstdint>

#include "flow.hpp"
#include "kit/contender.hpp"
#include "ping.hpp"

namespace bench::ours {

Contender queued(const Load& load);
/// Which middleware passes messages on.
enum class Around : std::uint8_t { nothing, switched_off, publishing, delivery };

Contender inline_delivery(unsigned subscribers, Around around = Around::nothing);
/// The same of messages that expire.
Contender inline_delivery_in_time(unsigned subscribers);
Contender one_at_a_time(const Ping& ping);

}  // namespace bench::ours
