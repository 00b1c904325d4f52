// peers/stores.hpp -- what ours is compared with that keeps events on a disk; a file a peer.
#pragma once

#include "disk.hpp"

namespace bench::peers {

/// What the disk allows: a preallocated file, so many events with one write and one sync.
Contender raw_group_append(std::size_t group);
/// The same with one event, done by another thread that is asked and answers.
Contender raw_append_elsewhere();

/// A stream with `appendfsync always`; so many commands in flight, on as many connections.
Contender redis_stream(std::size_t in_flight, std::size_t connections);
Contender redis_stream_and_wait();

/// A stream in files, which NATS does not sync before it acknowledges.
Contender jetstream(std::size_t in_flight);
Contender jetstream_and_wait();

}  // namespace bench::peers
