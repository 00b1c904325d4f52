#include <atomic>
#include <map>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <modcomm/bus.hpp>

namespace modcomm {
namespace {

using namespace std::chrono_literals;

struct Numbered {
  int emitter = 0;
  int number = 0;
};
BOOST_DESCRIBE_STRUCT(Numbered, (), (emitter, number))

/// What one handler heard, by emitter. Its runs do not overlap.
struct Listener {
  std::map<int, std::vector<int>> heard;
  Subscription watch;

  explicit Listener(Module module)
      : watch(module
                  .on_event(
                      "Numbered",
                      [this](const Numbered& data) { heard[data.emitter].push_back(data.number); },
                      {.replay = Replay::beginning()})
                  .value()) {}
};

// Handlers come while four threads emit: each hears everything from the beginning, once, in order.
TEST(EventsThreads, a_replay_has_no_gap_and_no_repeat_under_concurrent_emits) {
  constexpr int emitters = 4;
  constexpr int events = 2'000;
  Bus bus({.history = {.max_events = 100'000}});
  std::vector<std::unique_ptr<Listener>> listeners;
  {
    std::vector<std::jthread> threads;
    for (int emitter = 0; emitter < emitters; ++emitter) {
      threads.emplace_back([&bus, emitter] {
        const Module lab = bus.module("Lab" + std::to_string(emitter));
        for (int number = 0; number < events; ++number) {
          while (!lab.emit("Numbered", Numbered{emitter, number})) std::this_thread::yield();
        }
      });
    }
    for (int i = 0; i < 20; ++i) {
      listeners.push_back(std::make_unique<Listener>(bus.module("Console")));
      std::this_thread::yield();
    }
  }
  ASSERT_TRUE(bus.drain(30s));
  std::vector<int> all(events);
  for (int number = 0; number < events; ++number) all[static_cast<std::size_t>(number)] = number;
  for (const auto& listener : listeners) {
    ASSERT_EQ(listener->watch.info().counts.dropped, 0U);
    for (int emitter = 0; emitter < emitters; ++emitter) EXPECT_EQ(listener->heard[emitter], all);
  }
}

// Everything at once, as often as it comes: for the sanitizers, and for the ledger.
TEST(EventsThreads, emits_handlers_queries_and_clears_go_on_at_once) {
  Bus bus({.history = {.max_events = 500}});
  std::atomic<bool> going = true;
  std::atomic<std::uint64_t> taken = 0;
  {
    std::vector<std::jthread> threads;
    for (int emitter = 0; emitter < 3; ++emitter) {
      threads.emplace_back([&] {
        const Module lab = bus.module("Lab");
        for (int i = 0; i < 3'000; ++i) {
          const auto keep = i % 5 == 0 ? Keep::none : Keep::memory;
          if (lab.emit("E", Numbered{0, i}, {.channel = "Lab", .keep = keep})) ++taken;
        }
        going = false;
      });
    }
    threads.emplace_back([&] {
      const Module console = bus.module("Console");
      while (going) {
        const auto live = console.on_event("*", [](const Event&) {}).value();
        const auto late =
            console.on_event("E", [](const Event&) {}, {.replay = Replay::last(50)}).value();
      }
    });
    threads.emplace_back([&] {
      std::vector<Event> kept;
      while (going) {
        kept = bus.history({.channel = "Lab", .limit = 20})->events;
        for (const Event& event : kept) EXPECT_TRUE(event.get_if<Numbered>());
        bus.clear_history({.name = "E", .channel = "Lab"}).value();
        EXPECT_LE(bus.events().kept, 500U);
      }
    });
  }
  ASSERT_TRUE(bus.drain(30s));
  const EventInfo info = bus.events();
  EXPECT_EQ(info.counts.queued, 0U);
  EXPECT_EQ(info.counts.accepted, info.counts.completed());
  EXPECT_GE(info.counts.accepted, taken);
}

}  // namespace
}  // namespace modcomm
