#include "store/log_reader.hpp"

#include <algorithm>

namespace modcomm::store {
namespace {

/// The segment in which the event lies, or would.
std::size_t segment_of(const std::vector<Segment>& segments, std::uint64_t sequence) noexcept {
  std::size_t index = 0;
  for (std::size_t at = 0; at < segments.size(); ++at) {
    if (segments[at].readable && segments[at].header.first_sequence <= sequence) index = at;
  }
  return index;
}

}  // namespace

std::uint64_t LogExtent::first_sequence() const noexcept {
  const auto first = std::ranges::find_if(segments, &Segment::readable);
  return first == segments.end() ? next_sequence : first->header.first_sequence;
}

LogReader::LogReader(LogExtent extent, std::uint64_t from)
    : extent_(std::move(extent)), from_(from), index_(segment_of(extent_.segments, from)) {
  if (index_ > 0) passed_ = extent_.segments[index_ - 1].number;
}

Result<LogStep> LogReader::next() {
  while (index_ < extent_.segments.size()) {
    if (!walk_ && !enter(index_)) return lost_segment();
    auto step = next_in_segment();
    if (!step) return step.error();
    if (step->kind == WalkStep::Kind::end) {
      if (index_ + 1 == extent_.segments.size()) return step;
      leave_segment();
      continue;
    }
    const bool damage = step->kind == WalkStep::Kind::damage;
    const std::uint64_t last = damage ? step->damage.last_sequence : step->record.head.sequence;
    if (last >= from_ || (damage && step->damage.events() == 0)) return step;
  }
  return LogStep{};
}

Result<LogStep> LogReader::next_in_segment() {
  auto step = walk_->next();
  if (!step) return step.error();
  return LogStep{*step, extent_.segments[index_].number};
}

/// False if nothing in the segment can be read.
bool LogReader::enter(std::size_t index) {
  const Segment& segment = extent_.segments[index];
  if (!segment.readable) return false;
  walk_ = std::make_unique<SegmentWalk>(SegmentReader(segment.file, segment.header, segment.end),
                                        first_behind(index));
  return true;
}

std::optional<std::uint64_t> LogReader::first_behind(std::size_t index) const noexcept {
  for (std::size_t at = index + 1; at < extent_.segments.size(); ++at) {
    if (extent_.segments[at].readable) return extent_.segments[at].header.first_sequence;
  }
  return std::nullopt;
}

LogStep LogReader::lost_segment() {
  const Segment& segment = extent_.segments[index_];
  LogStep step;
  step.kind = WalkStep::Kind::damage;
  step.segment = segment.number;
  step.damage = {.segment = segment.number, .at = 0, .end = segment.size, .first_sequence = 1};
  leave_segment();
  return step;
}

void LogReader::leave_segment() {
  passed_ = extent_.segments[index_].number;
  ++index_;
  walk_.reset();
}

void LogReader::extend(LogExtent extent) {
  // Segments that were dropped meanwhile are read to their end first.
  const std::uint64_t first_kept =
      extent.segments.empty() ? passed_ : extent.segments.front().number;
  std::vector<Segment> segments;
  for (Segment& segment : extent_.segments) {
    if (segment.number > passed_ && segment.number < first_kept) segments.push_back(segment);
  }
  for (Segment& segment : extent.segments) {
    if (segment.number > passed_) segments.push_back(std::move(segment));
  }
  extent_ = {std::move(segments), extent.next_sequence};
  index_ = 0;
  if (!walk_) return;
  walk_->reader().extend(extent_.segments.front().end);
  if (const auto next = first_behind(0)) walk_->seal(*next);
}

Result<std::string> read_body(Files& files, const LogExtent& extent, LogPosition position) {
  const auto segment =
      std::find_if(extent.segments.begin(), extent.segments.end(),
                   [&](const Segment& candidate) { return candidate.number == position.segment; });
  if (segment == extent.segments.end() || !segment->readable) {
    return Error(Code::not_found, reason::no_event,
                 "the event is kept no longer: its segment was dropped");
  }
  SegmentReader reader(segment->file, segment->header, segment->end);
  auto record = reader.read(position.at);
  if (!record) return record.error();
  if (*record == nullptr) {
    const Damage damage{
        .segment = position.segment, .at = position.at, .end = segment->end, .first_sequence = 1};
    return damage_error(files, damage);
  }
  return std::string((*record)->body);
}

}  // namespace modcomm::store
