#include "bus/lane_queue.hpp"

#include <algorithm>

namespace modcomm::detail {

std::array<bool, lane_count> LaneQueue::filled() const noexcept {
  std::array<bool, lane_count> filled{};
  for (std::size_t lane = 0; lane < lane_count; ++lane) filled[lane] = !lanes_[lane].empty();
  return filled;
}

std::size_t LaneQueue::take_from(std::size_t lane, std::span<QueuedRecord> out) noexcept {
  Ring<Record*>& records = lanes_[lane];
  const std::size_t count = std::min(out.size(), records.size());
  for (std::size_t i = 0; i < count; ++i) out[i] = QueuedRecord(records.pop_front(), lane);
  size_ -= count;
  return count;
}

std::size_t LaneQueue::take(std::span<QueuedRecord> out) noexcept {
  took_turns_ = false;
  for (std::size_t lane = 0; lane < lane_count; ++lane) {
    if (lanes_[lane].size() == size_) return take_from(lane, out);  // nobody to take turns with
  }
  took_turns_ = true;
  turns_before_take_ = turns_;
  std::size_t count = 0;
  while (count < out.size() && size_ > 0) {
    count += take_from(turns_.next(filled()), out.subspan(count, 1));
  }
  return count;
}

/// Turns that were not used are due again: else a lane whose turn it was would wait a whole round.
void LaneQueue::take_only(std::span<const QueuedRecord> went_out) noexcept {
  if (!took_turns_) return;
  turns_ = turns_before_take_;
  for (const QueuedRecord& item : went_out) turns_.use(item.lane);
}

QueuedRecord LaneQueue::pop_oldest() noexcept {
  std::size_t lane = 0;
  while (lanes_[lane].empty()) ++lane;
  --size_;
  return {lanes_[lane].pop_front(), lane};
}

}  // namespace modcomm::detail
