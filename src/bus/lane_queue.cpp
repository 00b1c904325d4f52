#include "bus/lane_queue.hpp"

namespace modcomm::detail {

std::array<bool, lane_count> LaneQueue::filled() const noexcept {
  std::array<bool, lane_count> filled{};
  for (std::size_t lane = 0; lane < lane_count; ++lane) filled[lane] = !lanes_[lane].empty();
  return filled;
}

std::size_t LaneQueue::take_from(Lane& lane, std::span<QueuedRecord> out) noexcept {
  const std::size_t count = std::min(out.size(), lane.size());
  for (std::size_t i = 0; i < count; ++i) out[i] = lane.pop_front();
  size_ -= count;
  return count;
}

std::size_t LaneQueue::take(std::span<QueuedRecord> out) noexcept {
  for (Lane& lane : lanes_) {
    if (lane.size() == size_) return take_from(lane, out);  // nobody to take turns with
  }
  std::size_t count = 0;
  while (count < out.size() && size_ > 0) {
    count += take_from(lanes_[turns_.next(filled())], out.subspan(count, 1));
  }
  return count;
}

QueuedRecord LaneQueue::pop_oldest() noexcept {
  Lane& lane = *std::ranges::find_if(lanes_, [](const Lane& l) { return !l.empty(); });
  --size_;
  return lane.pop_front();
}

}  // namespace modcomm::detail
