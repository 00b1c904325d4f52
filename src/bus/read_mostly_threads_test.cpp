// What many read while somebody changes it.
#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "bus/read_mostly.hpp"

namespace modcomm::detail {
namespace {

/// Two maps that always say the same, if nobody looks in between.
struct Twins {
  std::map<int, std::string> left;
  std::map<int, std::string> right;
};

void change(Twins& twins, int step) {
  const int key = step % 16;
  for (auto* side : {&twins.left, &twins.right}) {
    if (step % 3 == 0) {
      side->erase(key);
    } else {
      (*side)[key] = std::to_string(step);
    }
  }
}

TEST(ReadMostly, nobody_reads_while_somebody_changes) {
  Slots slots;
  ReadMostly<Twins> twins(slots);
  std::atomic<bool> over = false;
  std::atomic<int> differed = 0;
  std::vector<std::thread> threads;
  for (int reader = 0; reader < 3; ++reader) {
    threads.emplace_back([&] {
      while (!over) {
        if (!twins.read([](const Twins& both) { return both.left == both.right; })) ++differed;
      }
    });
  }
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 2; ++writer) {
    writers.emplace_back([&twins, writer] {
      for (int step = 0; step < 2'000; ++step) {
        twins.change([&](Twins& both) { change(both, step + writer); });
      }
    });
  }
  for (auto& writer : writers) writer.join();
  over = true;
  for (auto& reader : threads) reader.join();
  EXPECT_EQ(differed, 0);
}

TEST(ReadMostly, what_was_changed_is_read) {
  Slots slots;
  ReadMostly<int> value(slots);
  EXPECT_EQ(value.change([](int& current) { return current = 7; }), 7);
  EXPECT_EQ(value.read([](int current) { return current; }), 7);
}

TEST(ReadMostly, a_change_that_throws_lets_others_go_on) {
  Slots slots;
  ReadMostly<int> value(slots);
  EXPECT_THROW(value.change([](int&) -> int { throw 1; }), int);
  EXPECT_EQ(value.read([](int current) { return current; }), 0);
  value.change([](int& current) { current = 1; });
  EXPECT_EQ(value.read([](int current) { return current; }), 1);
}

}  // namespace
}  // namespace modcomm::detail
