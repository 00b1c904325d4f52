#include "events/past.hpp"

#include <algorithm>

namespace modcomm::detail {

using store::LogStep;
using store::RecordKind;

Past::Past(std::shared_ptr<Channel> channel, std::vector<Remembered> remembered,
           std::optional<StoredPast> stored)
    : channel_(std::move(channel)),
      restorer_(channel_),
      remembered_(std::move(remembered)),
      stored_(std::move(stored)) {
  seek(0);
}

void Past::seek(std::uint64_t sequence) {
  const auto is_behind = [&](const Remembered& each) { return each.sequence >= sequence; };
  next_remembered_ =
      static_cast<std::size_t>(std::ranges::find_if(remembered_, is_behind) - remembered_.begin());
  if (!stored_) return;
  next_cleared_ = 0;
  reader_ = std::make_unique<store::LogReader>(stored_->extent, sequence);
  step();
}

std::uint64_t Past::start_of_newest(std::size_t segments) const {
  if (!stored_ || segments >= stored_->extent.segments.size()) return 0;
  return (stored_->extent.segments.end() - static_cast<std::ptrdiff_t>(segments))
      ->header.first_sequence;
}

std::uint64_t Past::start_at(WallTime time) const {
  if (!stored_) return 0;
  std::uint64_t start = 0;
  for (const store::Segment& segment : stored_->extent.segments) {
    if (segment.readable && segment.header.created <= time) start = segment.header.first_sequence;
  }
  return start;
}

std::optional<Message> Past::next() {
  while (next_remembered_ < remembered_.size()) {
    const Remembered& first = remembered_[next_remembered_];
    if (auto earlier = next_stored_before(first.sequence + (first.is_stored() ? 0 : 1))) {
      return earlier;
    }
    if (step_ && first.is_stored() && step_->record.head.sequence == first.sequence) step();
    ++next_remembered_;
    return EventAccess::message(first.event);
  }
  return stored_ ? next_stored_before(stored_->last + 1) : std::nullopt;
}

std::optional<Message> Past::next_stored_before(std::uint64_t sequence) {
  while (step_ && step_->record.head.sequence < sequence) {
    auto message = restorer_.restore(step_->record.body, step_->record.head.sequence);
    step();
    if (message) return std::move(*message);
    pass_over(message.error());
  }
  return std::nullopt;
}

/// To the next event of the log.
void Past::step() {
  step_.reset();
  while (true) {
    const auto next = reader_->next();
    if (!next) return pass_over(next.error());
    if (next->kind == LogStep::Kind::end) return;
    if (next->kind == LogStep::Kind::damage) {
      pass_over(Error(Code::data_loss, reason::damaged_store,
                      "events " + std::to_string(next->damage.first_sequence) + " to " +
                          std::to_string(next->damage.last_sequence) + " are lost"));
    } else if (next->record.head.kind == RecordKind::event &&
               !is_cleared(next->record.head.sequence)) {
      step_ = *next;
      return;
    }
  }
}

/// Sequences rise from question to question.
bool Past::is_cleared(std::uint64_t sequence) {
  if (!stored_) return false;
  const auto& cleared = stored_->cleared;
  while (next_cleared_ < cleared.size() && cleared[next_cleared_].last < sequence) ++next_cleared_;
  return next_cleared_ < cleared.size() && cleared[next_cleared_].first <= sequence;
}

void Past::pass_over(const Error& damage) {
  channel_->context()->tell(notice::store_damaged, "a replay", damage.message());
}

}  // namespace modcomm::detail
