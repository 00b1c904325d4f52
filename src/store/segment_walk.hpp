// Goes through a segment from record to record, and tells damage from what a loss of power tore.
//
// A segment that another one follows was on the disk, all of it, before that one was begun: whatever is
// bad in it is damage. In the last one bad bytes are damage if a later record says that they were on the
// disk when it was written; else nobody was ever told that they are, and the log ends before them.
//
// Lifetime.  A record's body lives until the next call.
// Errors.    What the file says.
#pragma once

#include <cstdint>
#include <optional>

#include "store/segment_reader.hpp"

namespace modcomm::store {

/// Bytes that are not as they were written, and the events that were in them.
struct Damage {
  std::uint64_t segment = 0;  ///< Its number.
  std::uint64_t at = 0;
  std::uint64_t end = 0;
  std::uint64_t first_sequence = 0;
  std::uint64_t last_sequence = 0;  ///< Lower than the first one if no event is missing.

  std::uint64_t events() const noexcept { return last_sequence + 1 - first_sequence; }
  friend bool operator==(const Damage&, const Damage&) = default;
};

/// What comes next: a record, damage, or the end.
struct WalkStep {
  enum class Kind : std::uint8_t { record, damage, end };
  Kind kind = Kind::end;
  std::uint64_t at = 0;
  Record record{};
  Damage damage{};
};

class SegmentWalk {
 public:
  /// `next_first` is the first sequence of the segment behind this one; empty if this is the last one.
  SegmentWalk(SegmentReader reader, std::optional<std::uint64_t> next_first);

  Result<WalkStep> next();

  std::uint64_t at() const noexcept { return at_; }
  /// Of the event that comes next.
  std::uint64_t expected() const noexcept { return expected_; }
  SegmentReader& reader() noexcept { return reader_; }
  /// Another segment follows now.
  void seal(std::uint64_t next_first) noexcept { next_first_ = next_first; }

 private:
  bool in_order(const Record& record) const noexcept;
  WalkStep accept(const Record& record);
  Result<WalkStep> judge();
  Result<const SegmentReader::Found*> find_next();
  Result<bool> was_on_disk(SegmentReader::Found found);
  WalkStep damaged_until(std::uint64_t end, std::uint64_t next_sequence);

  SegmentReader reader_;
  std::optional<std::uint64_t> next_first_;
  std::uint64_t at_ = first_record_at;
  std::uint64_t expected_;
};

}  // namespace modcomm::store
