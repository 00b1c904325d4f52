// Four FIFO lanes and the rule that says whose turn it is. A pure structure: no lock, no clock.
#pragma once

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

  /// That lane had a turn, as `next` would have given it.
  void use(std::size_t lane) noexcept {
    if (left_[lane] == 0) left_ = weights;
    --left_[lane];
  }

 private:
  static constexpr std::array<unsigned, lane_count> weights = {1, 2, 4, 8};
  std::array<unsigned, lane_count> left_ = weights;
};

/// A message and its lane, for those who must not touch the record.
struct QueuedRecord {
  Record* record = nullptr;
  std::size_t lane = 0;

  QueuedRecord() = default;
  explicit QueuedRecord(Record* queued) noexcept : QueuedRecord(queued, lane_of(*queued)) {}
  QueuedRecord(Record* queued, std::size_t its_lane) noexcept : record(queued), lane(its_lane) {}

  static std::size_t lane_of(const Record& record) noexcept {
    return static_cast<std::size_t>(record.priority);
  }
};

class LaneQueue {
 public:
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }

  void push(QueuedRecord item) {
    lanes_[item.lane].push_back(item.record);
    ++size_;
  }

  /// Fills `out` from its front with the next messages; returns how many.
  std::size_t take(std::span<QueuedRecord> out) noexcept;

  /// Only these of the messages of the last `take` went out; the others are put back, or gone.
  void take_only(std::span<const QueuedRecord> went_out) noexcept;
  /// Puts back a message that was taken; the one taken last comes first.
  void put_back(QueuedRecord item) {
    lanes_[item.lane].push_front(item.record);
    ++size_;
  }

  /// The oldest message of the lowest filled lane; the queue must not be empty.
  QueuedRecord pop_oldest() noexcept;

  /// Takes out every message for which `unwanted(const QueuedRecord&)` is true.
  template <class Unwanted>
  void remove_if(Unwanted unwanted) {
    size_ = 0;
    for (std::size_t lane = 0; lane < lane_count; ++lane) {
      lanes_[lane].retain([&](Record* record) { return !unwanted(QueuedRecord(record, lane)); });
      size_ += lanes_[lane].size();
    }
  }

 private:
  std::size_t take_from(std::size_t lane, std::span<QueuedRecord> out) noexcept;
  std::array<bool, lane_count> filled() const noexcept;

  std::array<Ring<Record*>, lane_count> lanes_;
  LaneTurns turns_;
  LaneTurns turns_before_take_;
  bool took_turns_ = false;
  std::size_t size_ = 0;
};

}  // namespace modcomm::detail
