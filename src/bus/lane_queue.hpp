// Four FIFO lanes and the rule that says whose turn it is. A pure structure: no lock, no clock.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <modcomm/detail/record.hpp>

#include "core/ring.hpp"

namespace modcomm::detail {

inline constexpr std::size_t lane_count = 4;

/// Weighted turns, 8:4:2:1. The highest lane that has something and has turns left comes next; when
/// none has turns left, all get theirs again. So a message waits for a bounded number of younger
/// ones, and higher goes first.
class LaneTurns {
 public:
  /// Lane of the next message; at least one lane must not be empty.
  std::size_t next(const std::array<bool, lane_count>& filled) noexcept {
    for (;;) {
      for (std::size_t lane = lane_count; lane-- > 0;) {
        if (filled[lane] && left_[lane] > 0) {
          --left_[lane];
          return lane;
        }
      }
      left_ = weights;
    }
  }

  /// Gives a turn back that was not used.
  void undo(std::size_t lane) noexcept { left_[lane] = std::min(left_[lane] + 1, weights[lane]); }

 private:
  static constexpr std::array<unsigned, lane_count> weights = {1, 2, 4, 8};
  std::array<unsigned, lane_count> left_ = weights;
};

/// A message in a queue, with what the queue must know without touching the record.
struct QueuedRecord {
  Record* record = nullptr;
  std::uint32_t bytes = 0;
  std::uint32_t lane = 0;

  QueuedRecord() = default;
  explicit QueuedRecord(Record* queued) noexcept
      : record(queued), bytes(queued->bytes), lane(static_cast<std::uint32_t>(queued->priority)) {}
};

class LaneQueue {
 public:
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }

  void push(QueuedRecord item) {
    lanes_[item.lane].push_back(item);
    ++size_;
  }

  /// Fills `out` from its front with the next messages; returns how many.
  std::size_t take(std::span<QueuedRecord> out) noexcept;

  /// Puts back the message that was taken last, as if it had not been.
  void put_back(QueuedRecord item) {
    lanes_[item.lane].push_front(item);
    turns_.undo(item.lane);
    ++size_;
  }

  /// The oldest message of the lowest filled lane; the queue must not be empty.
  QueuedRecord pop_oldest() noexcept;

  /// Takes out every message for which `unwanted(const QueuedRecord&)` is true.
  template <class Unwanted>
  void remove_if(Unwanted unwanted) {
    size_ = 0;
    for (Lane& lane : lanes_) {
      lane.retain([&](const QueuedRecord& item) { return !unwanted(item); });
      size_ += lane.size();
    }
  }

 private:
  using Lane = Ring<QueuedRecord>;

  std::size_t take_from(Lane& lane, std::span<QueuedRecord> out) noexcept;
  std::array<bool, lane_count> filled() const noexcept;

  std::array<Lane, lane_count> lanes_;
  LaneTurns turns_;
  std::size_t size_ = 0;
};

}  // namespace modcomm::detail
