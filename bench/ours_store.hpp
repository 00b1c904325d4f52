// ours_store.hpp -- modcomm's events, in the shapes that stores elsewhere are measured in.
#pragma once

#include <memory>

#include "disk.hpp"

namespace bench::ours {

/// Emitted without waiting, so many unacknowledged at a time.
Contender emit_stored(std::size_t in_flight);
/// Emitted one after the other, each on the disk before the next one.
Contender emit_stored_and_wait();

/// What emitting without a history takes beyond publishing; nanoseconds.
Contender emit_beyond_publish();

/// A store of a million events, made when it is needed first.
class Million;
std::shared_ptr<Million> million();
Contender find_last_100(std::shared_ptr<Million> store);
Contender replay_all(std::shared_ptr<Million> store);
Contender open_clean(std::shared_ptr<Million> store);

}  // namespace bench::ours
