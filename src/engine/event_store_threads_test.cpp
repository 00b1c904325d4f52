// Stored events under many threads, on a real disk.
#include <filesystem>
#include <future>
#include <thread>

#include <gtest/gtest.h>
#include <unistd.h>

#include <modcomm/bus.hpp>

namespace modcomm {
namespace {

using namespace std::chrono_literals;

struct Step {
  int thread = 0;
  int number = 0;
};
BOOST_DESCRIBE_STRUCT(Step, (), (thread, number))

struct EventStoreThreads : ::testing::Test {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("modcomm-store-" + std::to_string(getpid()));
  ~EventStoreThreads() override { std::filesystem::remove_all(folder); }
  BusOptions options() const { return {.store = {.folder = folder, .segment_bytes = 65'536}}; }
};

/// What a handler got, and whether the steps of each thread came in their order.
struct Heard {
  std::map<std::uint64_t, Step> steps{};
  std::map<int, int> last{};
  bool in_order = true;
  std::uint64_t repeats = 0;

  auto handler() {
    return [this](const Step& step, const Event& event) { take(step, event); };
  }

  void take(const Step& step, const Event& event) {
    if (event.sequence() == 0) return;
    if (!steps.empty() && event.sequence() <= steps.rbegin()->first) in_order = false;
    if (!steps.emplace(event.sequence(), step).second) ++repeats;
    int& last_of_thread = last[step.thread];
    if (step.number <= last_of_thread) in_order = false;
    last_of_thread = step.number;
  }
};

TEST_F(EventStoreThreads, each_is_stored_once_and_heard_once_by_who_came_early_late_or_later) {
  constexpr int threads = 4, each = 300;
  std::atomic<int> told = 0;
  Heard early, late, later;
  {
    Bus bus(options());
    const Module lab = bus.module("LabRunner");
    const auto first = lab.on_event("Step", early.handler()).value();
    std::optional<Subscription> second;
    std::vector<std::jthread> emitters;
    for (int thread = 0; thread < threads; ++thread) {
      emitters.emplace_back([&, thread] {
        for (int number = 1; number <= each; ++number) {
          const bool waits = number % 10 == 0;
          const EmitOptions how{.keep = number % 3 == 0 ? Keep::none : Keep::memory,
                                .persist = true};
          if (waits) {
            EXPECT_EQ(lab.emit("Step", Step{thread, number}, how)->durability, Durability::fsynced);
          } else {
            EXPECT_TRUE(lab.emit_async("Step", Step{thread, number}, how,
                                       [&](const auto& receipt) { told += receipt ? 1 : 0; }));
          }
          static_cast<void>(lab.emit("Noise"));
        }
      });
    }
    while (bus.store().last_sequence < threads * each / 3) std::this_thread::yield();
    second = lab.on_event("Step", late.handler(), {.replay = Replay::beginning()}).value();
    emitters.clear();
    bus.drain(30s).value();
    EXPECT_EQ(told, threads * each * 9 / 10);
    EXPECT_EQ(bus.store().stored, std::uint64_t{threads} * each);
  }
  Bus bus(options());
  const auto third = bus.module("LabRunner")
                         .on_event("Step", later.handler(), {.replay = Replay::beginning()})
                         .value();
  bus.drain(30s).value();
  for (const Heard& heard : {early, late, later}) {
    EXPECT_EQ(heard.steps.size(), std::size_t{threads} * each);
    EXPECT_EQ(heard.repeats, 0U);
    EXPECT_TRUE(heard.in_order);
  }
  EXPECT_EQ(later.steps.rbegin()->first, bus.store().last_sequence);
}

TEST_F(EventStoreThreads, a_receipt_that_is_not_taken_back_holds_up_no_other) {
  constexpr int others = 500;
  Bus bus(options());
  const Module lab = bus.module("LabRunner");
  std::promise<void> all_told;
  std::future<void> told = all_told.get_future();
  std::atomic<int> left = others;
  const EmitOptions stored{.persist = true};
  for (int i = 0; i < others / 2; ++i) {
    lab.emit_async("Step", Step{0, i}, stored, [&](const auto&) { left -= 1; }).value();
  }
  lab.emit_async("Hangs", Step{}, stored, [&](const auto&) { told.wait(); }).value();
  for (int i = others / 2; i < others; ++i) {
    lab.emit_async("Step", Step{0, i}, stored, [&](const auto&) { left -= 1; }).value();
  }
  while (left > 0) std::this_thread::yield();  // else the test never ends
  all_told.set_value();
  bus.drain(30s).value();
}

TEST_F(EventStoreThreads, a_folder_has_one_bus_at_a_time) {
  const Bus bus(options());
  try {
    const Bus second(options());
    FAIL() << "it must not open";
  } catch (const Exception& refused) {
    EXPECT_EQ(refused.error().reason(), reason::in_use);
    EXPECT_NE(refused.error().message().find(folder.string()), std::string::npos);
  }
}

TEST_F(EventStoreThreads, a_bus_that_is_dropped_stores_what_it_took) {
  for (int life = 0; life < 10; ++life) {
    Bus bus(options());
    const Module lab = bus.module("LabRunner");
    EXPECT_EQ(bus.store().last_sequence, static_cast<std::uint64_t>(life) * 50);
    for (int i = 1; i <= 50; ++i) lab.emit_async("Step", Step{0, i}, {.persist = true}).value();
  }
  EXPECT_EQ(Bus(options()).store().last_sequence, 500U);
}

}  // namespace
}  // namespace modcomm
