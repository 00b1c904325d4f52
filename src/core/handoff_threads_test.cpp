#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "core/handoff.hpp"

namespace modcomm::detail {
namespace {

using namespace std::chrono_literals;

struct Counted final : Task {
  explicit Counted(std::atomic<int>& counter) : runs(&counter) {}
  void run() noexcept override {
    ++*runs;
    ++ran;
  }
  std::atomic<int>* runs;
  int ran = 0;
};

std::shared_ptr<Counted> counted(std::atomic<int>& runs) { return std::make_shared<Counted>(runs); }

TEST(HandoffThreads, takes_a_task_only_while_somebody_looks) {
  std::atomic<int> runs = 0;
  Handoff handoff;
  std::shared_ptr<Task> task = counted(runs);
  EXPECT_FALSE(handoff.offer(task));
  EXPECT_NE(task, nullptr);
  EXPECT_TRUE(handoff.open());
  EXPECT_FALSE(handoff.open());
  EXPECT_TRUE(handoff.offer(task));
  EXPECT_EQ(task, nullptr);
  EXPECT_TRUE(handoff.full());
  std::shared_ptr<Task> second = counted(runs);
  EXPECT_FALSE(handoff.offer(second));
  EXPECT_NE(handoff.wait(1h), nullptr);  // at once
  EXPECT_FALSE(handoff.offer(second));
}

TEST(HandoffThreads, another_thread_may_take_what_its_looker_has_not_come_to) {
  std::atomic<int> runs = 0;
  Handoff handoff;
  std::shared_ptr<Task> task = counted(runs);
  ASSERT_TRUE(handoff.open());
  ASSERT_TRUE(handoff.offer(task));
  EXPECT_NE(handoff.take(), nullptr);
  EXPECT_EQ(handoff.take(), nullptr);
  EXPECT_EQ(handoff.wait(1h), nullptr);  // closed: nobody waits for an hour
}

TEST(HandoffThreads, a_looker_that_gives_up_leaves_it_closed) {
  std::atomic<int> runs = 0;
  Handoff handoff;
  std::shared_ptr<Task> task = counted(runs);
  ASSERT_TRUE(handoff.open());
  EXPECT_EQ(handoff.wait(0ns), nullptr);
  EXPECT_FALSE(handoff.offer(task));
}

// Two lookers, two posters and a thread that takes what it finds: what was taken over runs once.
TEST(HandoffThreads, every_task_that_was_taken_over_is_got_once) {
  Handoff handoff;
  std::atomic<int> runs = 0;
  std::atomic<int> offered = 0;
  std::atomic<bool> posting = true;
  {
    std::vector<std::jthread> takers;
    for (int looker = 0; looker < 2; ++looker) {
      takers.emplace_back([&] {
        while (posting) {
          handoff.open();
          if (const auto task = handoff.wait(5us)) task->run();
        }
      });
    }
    takers.emplace_back([&] {
      while (posting) {
        if (const auto task = handoff.take()) task->run();
        std::this_thread::yield();
      }
    });
    std::vector<std::jthread> posters;
    for (int poster = 0; poster < 2; ++poster) {
      posters.emplace_back([&] {
        for (int i = 0; i < 20'000; ++i) {
          std::shared_ptr<Task> task = counted(runs);
          if (handoff.offer(task)) ++offered;
          if (i % 64 == 0) std::this_thread::yield();
        }
      });
    }
    posters.clear();
    posting = false;
  }
  if (const auto left = handoff.close()) left->run();
  EXPECT_EQ(runs, offered);
  EXPECT_GT(offered, 0);
}

}  // namespace
}  // namespace modcomm::detail
