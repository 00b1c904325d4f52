// ours.hpp -- modcomm with everything on, in the shapes that peers are measured in.
#pragma once

#include "flow.hpp"
#include "kit/contender.hpp"
#include "ping.hpp"

namespace bench::ours {

Contender queued(const Load& load);
Contender inline_delivery(unsigned subscribers);
Contender one_at_a_time(const Ping& ping);

}  // namespace bench::ours
