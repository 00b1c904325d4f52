// peers/peers.hpp -- what ours is compared with; a file a peer.
#pragma once

#include "flow.hpp"
#include "kit/contender.hpp"
#include "ping.hpp"

namespace bench::peers {

// Messages to receivers on other threads. Only ZeroMQ PUB/SUB serves several receivers a channel.
Contender raw_ring(const Load& load);
Contender zeromq_pub_sub(const Load& load);
Contender zeromq_push_pull(const Load& load);
Contender caf_actor(const Load& load);
Contender moodycamel_structs(const Load& load);
Contender moodycamel_shared(const Load& load);
Contender tbb_bounded_queue(const Load& load);
Contender asio_thread_pool(const Load& load);
Contender swapped_backlog(const Load& load);

// Calls on the same thread.
Contender libsigcpp(unsigned subscribers);
Contender boost_signals2(unsigned subscribers);

// One message at a time to a waiting thread.
Contender bare_futex(const Ping& ping);
Contender bare_spin(const Ping& ping);

}  // namespace bench::peers
