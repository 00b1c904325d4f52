// Reads a log from an event on: over segments, and past damage, which it names.
//
//   LogReader reader(log.extent(), 1);
//   for (auto step = reader.next(); step && step->kind != WalkStep::Kind::end; step = reader.next()) …
//
// Threads.   One at a time; the log may be written meanwhile.
// Lifetime.  A record's body lives until the next call. Segments that retention drops stay readable.
// Errors.    What a file says.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "store/log_chain.hpp"
#include "store/log_writer.hpp"

namespace modcomm::store {

/// What of a log can be read: its segments, and the sequence of the next event.
struct LogExtent {
  std::vector<Segment> segments{};
  std::uint64_t next_sequence = 1;

  /// Of the oldest event; `next_sequence` if there is none.
  std::uint64_t first_sequence() const noexcept;
};

/// A step, and where in the log it is.
struct LogStep : WalkStep {
  std::uint64_t segment = 0;

  LogPosition position() const noexcept { return {segment, at}; }
};

class LogReader {
 public:
  /// From the event with this sequence on, or the first one that is still kept.
  LogReader(LogExtent extent, std::uint64_t from);

  Result<LogStep> next();

  /// More can be read now: an extent of the same log that was taken later.
  void extend(LogExtent extent);

 private:
  Result<LogStep> next_in_segment();
  bool enter(std::size_t index);
  LogStep lost_segment();
  void leave_segment();
  std::optional<std::uint64_t> first_behind(std::size_t index) const noexcept;

  LogExtent extent_;
  std::uint64_t from_;
  std::size_t index_ = 0;
  std::uint64_t passed_ = 0;             // the segment that was read to its end last
  std::unique_ptr<SegmentWalk> walk_{};  // of the segment at the index, once it is entered
};

/// The record at a place; data_loss / damaged_store if none is there.
Result<std::string> read_body(Files& files, const LogExtent& extent, LogPosition position);

}  // namespace modcomm::store
