#include "store/segment_walk.hpp"

#include <algorithm>

namespace modcomm::store {
namespace {

/// The event that comes after those which the record knows of.
std::uint64_t first_not_before(const Record& record) noexcept {
  return record.head.kind == RecordKind::event ? record.head.sequence : record.head.sequence + 1;
}

}  // namespace

SegmentWalk::SegmentWalk(SegmentReader reader, std::optional<std::uint64_t> next_first)
    : reader_(std::move(reader)),
      next_first_(next_first),
      expected_(reader_.header().first_sequence) {}

Result<WalkStep> SegmentWalk::next() {
  auto record = reader_.read(at_);
  if (!record) return record.error();
  if (*record != nullptr && in_order(**record)) return accept(**record);
  return judge();
}

bool SegmentWalk::in_order(const Record& record) const noexcept {
  return first_not_before(record) == expected_;
}

WalkStep SegmentWalk::accept(const Record& record) {
  const WalkStep step{.kind = WalkStep::Kind::record, .at = at_, .record = record};
  at_ += record.bytes;
  if (record.head.kind == RecordKind::event) ++expected_;
  return step;
}

/// No record is here that could be.
Result<WalkStep> SegmentWalk::judge() {
  const auto found = find_next();
  if (!found) return found.error();
  if (*found != nullptr) {
    const SegmentReader::Found next = **found;
    const Result<bool> proven = next_first_ ? Result<bool>(true) : was_on_disk(next);
    if (!proven) return proven.error();
    if (*proven) return damaged_until(next.at, first_not_before(next.record));
  }
  if (!next_first_) return WalkStep{.at = at_};
  auto end = reader_.end_of_data(at_);
  if (!end) return end.error();
  if (*end == at_ && expected_ == *next_first_) return WalkStep{.at = at_};
  return damaged_until(*end, *next_first_);
}

/// The next record that could come behind what has been read.
Result<const SegmentReader::Found*> SegmentWalk::find_next() {
  auto found = reader_.find(at_, expected_ - 1);
  while (found && *found != nullptr && first_not_before((*found)->record) < expected_) {
    found = reader_.find((*found)->at + record_alignment, expected_ - 1);
  }
  return found;
}

/// Whether a record from the found one on says that what is here was on the disk.
Result<bool> SegmentWalk::was_on_disk(SegmentReader::Found found) {
  while (found.record.head.synced <= at_) {
    auto next = reader_.find(found.at + record_alignment, expected_ - 1);
    if (!next) return next.error();
    if (*next == nullptr) return false;
    found = **next;
  }
  return true;
}

WalkStep SegmentWalk::damaged_until(std::uint64_t end, std::uint64_t next_sequence) {
  const Damage damage{.segment = reader_.header().number,
                      .at = at_,
                      .end = end,
                      .first_sequence = expected_,
                      .last_sequence = next_sequence - 1};
  WalkStep step{.kind = WalkStep::Kind::damage, .at = at_, .damage = damage};
  at_ = end;
  expected_ = next_sequence;
  return step;
}

}  // namespace modcomm::store
