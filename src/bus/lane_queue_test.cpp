#include "bus/lane_queue.hpp"

#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace modcomm::detail {
namespace {

std::vector<Record> any_records() {
  const auto priorities = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 4));
  std::vector<Record> records(priorities.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    records[i].priority = static_cast<Priority>(priorities[i]);
  }
  return records;
}

/// What comes out when each batch of `batch_size` goes out as far as `goes_out` says.
template <class GoesOut>
std::vector<const Record*> order_of(std::vector<Record>& records, std::size_t batch_size,
                                    GoesOut goes_out) {
  LaneQueue queue;
  for (Record& record : records) queue.push(QueuedRecord(&record));
  std::vector<const Record*> order;
  std::vector<QueuedRecord> batch(batch_size);
  while (!queue.empty()) {
    const std::size_t taken = queue.take(batch);
    const std::size_t out = goes_out(taken);
    queue.take_only(std::span(batch).first(out));
    for (std::size_t i = taken; i-- > out;) queue.put_back(batch[i]);
    for (std::size_t i = 0; i < out; ++i) order.push_back(batch[i].record);
  }
  return order;
}

TEST(LaneQueue, a_batch_that_ends_early_changes_nobodys_turn) {
  EXPECT_TRUE(rc::check([] {
    std::vector<Record> records = any_records();
    const auto one_by_one = order_of(records, 1, [](std::size_t taken) { return taken; });
    const auto interrupted =
        order_of(records, *rc::gen::inRange<std::size_t>(1, 64),
                 [](std::size_t taken) { return *rc::gen::inRange<std::size_t>(1, taken + 1); });
    RC_ASSERT(interrupted == one_by_one);
  }));
}

TEST(LaneQueue, pop_oldest_takes_from_the_lowest_lane_in_its_order) {
  EXPECT_TRUE(rc::check([] {
    std::vector<Record> records = any_records();
    LaneQueue queue;
    for (Record& record : records) queue.push(QueuedRecord(&record));
    const Record* last = nullptr;
    while (!queue.empty()) {
      const Record* oldest = queue.pop_oldest().record;
      RC_ASSERT((last == nullptr || last->priority < oldest->priority ||
                 (last->priority == oldest->priority && last < oldest)));
      last = oldest;
    }
  }));
}

}  // namespace
}  // namespace modcomm::detail
