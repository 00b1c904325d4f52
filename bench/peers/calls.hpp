// peers/calls.hpp -- what our calls are compared with.
#pragma once

#include "call.hpp"

namespace bench::peers {

/// A std::function, called as it is, or found by name in a map of so many.
Contender plain_function();
Contender map_of_functions(unsigned operations);
/// What a listing of so many shows, copied out of a map.
Contender map_of_infos(unsigned operations);
/// What anybody writes who wants metrics: two readings of the clock and two counters.
Contender counted_function();
/// A hand-over to another thread and back, asleep on futexes or spinning.
Contender bare_round_trip(const RoundTrip& trip);
/// nlohmann::json: 300 bytes parsed, looked into and written; nothing is validated.
Contender json_by_hand();

/// A variant of a file in peers/node, which runs as a process of its own.
Contender node(const std::string& name, const std::string& peer, const std::string& variant);

}  // namespace bench::peers
