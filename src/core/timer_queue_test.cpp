#include "core/timer_queue.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace modcomm::detail {
namespace {

struct Nothing final : Task {
  void run() noexcept override {}
};

SteadyTime at(int ticks) { return SteadyTime(std::chrono::nanoseconds(ticks)); }

TEST(TimerQueue, gives_tasks_by_time_and_equal_times_by_age_and_forgets_cancelled_ones) {
  EXPECT_TRUE(rc::check([] {
    struct Entry {
      int time;
      TimerId id;
      std::shared_ptr<Task> task;
    };
    TimerQueue queue;
    std::vector<Entry> model;  // in the order of `add`
    const auto times = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 10));
    for (const int time : times) {
      auto task = std::make_shared<Nothing>();
      model.push_back({time, queue.add(at(time), task), task});
      if (*rc::gen::inRange(0, 4) != 0) continue;
      const auto victim = *rc::gen::inRange<std::size_t>(0, model.size());
      RC_ASSERT(queue.cancel(model[victim].id));
      RC_ASSERT(!queue.cancel(model[victim].id));
      model.erase(model.begin() + static_cast<std::ptrdiff_t>(victim));
    }
    std::ranges::sort(model, {},
                      [](const Entry& entry) { return std::pair(entry.time, entry.id); });
    RC_ASSERT(queue.size() == model.size());
    for (const Entry& entry : model) {
      RC_ASSERT(queue.next() == at(entry.time));
      RC_ASSERT(queue.take_due(at(entry.time - 1)) == nullptr);
      RC_ASSERT(queue.take_due(at(entry.time)) == entry.task);
      RC_ASSERT(!queue.cancel(entry.id));
    }
    RC_ASSERT(queue.next() == never);
    RC_ASSERT(queue.take_due(never) == nullptr);
  }));
}

}  // namespace
}  // namespace modcomm::detail
