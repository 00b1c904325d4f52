// The segments of a log, as they lie in a folder, and where the last one ends.
//
//   auto chain = store::open_chain(files, Access::write);     // recovers
//   for (const Segment& segment : chain->segments) …
//
// Errors.    failed_precondition / version for a log of another version; data_loss / damaged_store where
//            the last segment's headers are lost, and with them the number of the next event.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "store/files.hpp"
#include "store/log_format.hpp"
#include "store/segment_walk.hpp"

namespace modcomm::store {

struct Segment {
  std::uint64_t number = 1;
  std::shared_ptr<File> file{};
  SegmentHeader header{};
  bool readable = true;    ///< False where both headers are lost.
  std::uint64_t end = 0;   ///< What lies behind it is nobody's.
  std::uint64_t size = 0;  ///< Of the file.
};

/// What opening a log found out.
struct Recovery {
  std::uint64_t torn_bytes = 0;  ///< Written when the power went, acknowledged to nobody, and gone.
  std::vector<Damage> damage{};  ///< In the last segment; older ones are read when somebody asks.
  bool closed = false;           ///< The log ended as it should.
};

struct LogChain {
  std::vector<Segment> segments{};
  std::uint64_t next_sequence = 1;
  Recovery recovery{};
};

/// Finds the segments and the end of the last one. With write access what was torn is wiped out, and a
/// segment that was never begun is removed.
Result<LogChain> open_chain(Files& files, Access access);

/// Zeros and a sync: a later record must never be found behind a shorter one that takes the place of
/// these bytes.
Result<> wipe(File& file, std::uint64_t from, std::uint64_t to);

/// Error for people: which file, where in it, and which events are lost.
Error damage_error(const Files& files, const Damage& damage);

}  // namespace modcomm::store
