#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <modcomm/bus.hpp>
#include <modcomm/simulation.hpp>

namespace modcomm {
namespace {

using namespace std::chrono_literals;
using Names = std::vector<std::string>;

/// A bus without threads that remembers as the options say.
struct World {
  explicit World(HistoryOptions history = {}, std::uint64_t seed = 7)
      : executor(std::make_shared<SeededExecutor>(clock, seed)),
        bus({.history = history, .clock = clock, .executor = executor}) {}

  Names names(EventQuery query = {}) {
    if (query.source.empty()) query.source = "Lab";
    Names all;
    const auto page = bus.history(query);
    if (!page) return {page.error().to_string()};
    for (const Event& event : page->events) all.emplace_back(event.name());
    return all;
  }

  /// What was posted and never run refers to the bus's insides, and they to the executor.
  struct Discarding {
    std::shared_ptr<SeededExecutor> executor;
    ~Discarding() { executor->stop(never); }
  };

  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  std::shared_ptr<SeededExecutor> executor;
  Discarding discarding{executor};
  Bus bus;
  Module lab = bus.module("Lab");
  Module other = bus.module("Other");
};

TEST(EventHistory, shows_an_event_as_soon_as_it_is_emitted_newest_first) {
  World world;
  world.lab.emit("A").value();
  world.lab.emit("B").value();
  EXPECT_EQ(world.names(), (Names{"B", "A"}));
  EXPECT_EQ(world.names({.oldest_first = true}), (Names{"A", "B"}));
  world.bus.stop(1s).value();
  EXPECT_EQ(world.names(), (Names{"B", "A"}));
}

TEST(EventHistory, holds_no_event_that_wants_not_to_be_kept) {
  World world;
  world.lab.emit("A", {.keep = Keep::none}).value();
  EXPECT_TRUE(world.names().empty());
  World none({.max_events = 0});
  none.lab.emit("A").value();
  EXPECT_TRUE(none.names().empty());
}

TEST(EventHistory, is_asked_by_every_condition_together) {
  World world;
  world.lab.emit("LabStarted", {.correlation_id = "run-1"}).value();
  world.clock->advance(10s);
  const WallTime later = world.clock->now().wall;
  world.lab.emit("LabCompleted", {.channel = "Lab", .correlation_id = "run-1"}).value();
  world.other.emit("LabCompleted", {.correlation_id = "run-2"}).value();
  EXPECT_EQ(world.names({.name = "*Completed"}), Names{"LabCompleted"});
  EXPECT_EQ(world.names({.channel = "Lab"}), Names{"LabCompleted"});
  EXPECT_EQ(world.names({.since = later}), Names{"LabCompleted"});
  EXPECT_EQ(world.names({.until = later}), Names{"LabStarted"});
  EXPECT_EQ(world.names({.correlation_id = "run-1"}), (Names{"LabCompleted", "LabStarted"}));
  EXPECT_EQ(world.names({.source = "Other"}), Names{"LabCompleted"});
  EXPECT_EQ(world.names({.name = "LabStarted", .since = later}), Names{});
}

RC_GTEST_PROP(EventHistory, pages_show_every_event_once_in_order, ()) {
  World world;
  const int count = *rc::gen::inRange(0, 60);
  Names expected;
  for (int i = 0; i < count; ++i) {
    const std::string name = "E" + std::to_string(i);
    const bool matches = *rc::gen::arbitrary<bool>();
    world.lab.emit(name, {.channel = matches ? "Yes" : "No"}).value();
    if (matches) expected.push_back(name);
  }
  EventQuery query{.channel = "Yes",
                   .limit = *rc::gen::inRange<std::size_t>(1, 20),
                   .oldest_first = *rc::gen::arbitrary<bool>()};
  if (!query.oldest_first) std::ranges::reverse(expected);
  Names seen;
  do {
    const auto page = world.bus.history(query);
    RC_ASSERT(page.has_value() && page->events.size() <= query.limit);
    for (const Event& event : page->events) seen.emplace_back(event.name());
    query.cursor = page->next;
    if (*rc::gen::arbitrary<bool>()) world.lab.emit("Later", {.channel = "No"}).value();
  } while (!query.cursor.empty());
  RC_ASSERT(seen == expected);
}

TEST(EventHistory, is_bounded_by_count_bytes_and_age) {
  World counted({.max_events = 10});
  World weighed({.max_bytes = 1'000});
  World aged({.max_age = 10s});
  for (int i = 0; i < 30; ++i) {
    counted.lab.emit("A").value();
    weighed.lab.emit("A", std::string(100, 'x')).value();
    aged.lab.emit("A").value();
    aged.clock->advance(1s);
  }
  EXPECT_EQ(counted.bus.events().kept, 10U);
  EXPECT_LE(weighed.bus.events().kept_bytes, 1'000U);
  EXPECT_GE(weighed.bus.events().kept, 5U);
  EXPECT_EQ(aged.names().size(), 10U);
  aged.clock->advance(1h);
  EXPECT_EQ(aged.bus.events().kept, 0U);
  EXPECT_GE(counted.bus.events().forgotten, 20U);
}

TEST(EventHistory, is_cleared_by_the_same_conditions) {
  World world;
  for (const char* name : {"A", "B", "A", "C"}) world.lab.emit(name).value();
  EXPECT_EQ(world.bus.clear_history({.name = "A"}).value(), 2U);
  EXPECT_EQ(world.names(), (Names{"C", "B"}));
  world.clock->advance(1h);
  world.lab.emit("D").value();
  EXPECT_EQ(world.bus.clear_history({.source = "Lab", .until = world.clock->now().wall}).value(),
            2U);
  EXPECT_EQ(world.names(), Names{"D"});
  EXPECT_EQ(world.bus.events().cleared, 4U);
}

TEST(EventHistory, tells_what_it_holds) {
  World world;
  for (const char* name : {"A", "B", "A"}) world.lab.emit(name, std::string("12345")).value();
  const EventInfo info = world.bus.events();
  EXPECT_EQ(info.names.front().name, "A");
  EXPECT_EQ(info.names.front().count, 2U);
  EXPECT_EQ(info.newest, world.clock->now().wall);
  EXPECT_GE(info.kept, 3U);
}

TEST(EventHistory, gives_events_that_outlive_their_bus) {
  std::vector<Event> events;
  std::vector<Event> told;
  {
    World world;
    world.lab.emit("A", std::string("kept"), {.correlation_id = "run"}).value();
    world.bus.stop_processor(1s, true);
    world.lab.emit("B", std::string("never delivered")).value();
    events = world.bus.history({.source = "Lab"})->events;
    told = world.bus.history({.name = "System.*"})->events;
  }
  ASSERT_FALSE(told.empty());
  EXPECT_EQ(told.front().source(), "modcomm");
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(*events.at(0).get_if<std::string>(), "never delivered");
  EXPECT_EQ(events.at(1).correlation_id(), "run");
  EXPECT_EQ(events.at(1).source(), "Lab");
}

// ---- replay ----

struct Heard {
  Names names;
  auto note() {
    return [this](const Event& event) { names.emplace_back(event.name()); };
  }
};

TEST(EventReplay, gives_the_last_ones_that_match_then_goes_on_live) {
  World world;
  for (const char* name : {"A1", "B1", "A2", "A3"}) world.lab.emit(name).value();
  Heard heard;
  const auto watch = world.other.on_event("A*", heard.note(), {.replay = Replay::last(2)}).value();
  world.lab.emit("A4").value();
  world.executor->run_until_idle();
  EXPECT_EQ(heard.names, (Names{"A2", "A3", "A4"}));
  const auto counts = watch.info().counts;
  EXPECT_EQ(counts.matched, 3U);
  EXPECT_EQ(counts.succeeded, 3U);
}

TEST(EventReplay, begins_at_the_beginning_or_at_a_time_and_obeys_filters) {
  World world;
  world.lab.emit("A1").value();
  world.clock->advance(1s);
  const WallTime later = world.clock->now().wall;
  world.lab.emit("A2").value();
  world.lab.emit("A3", {.channel = "Other"}).value();
  Heard all;
  Heard since;
  Heard filtered;
  const auto first =
      world.other.on_event("A*", all.note(), {.replay = Replay::beginning()}).value();
  const auto second =
      world.other.on_event("A*", since.note(), {.replay = Replay::since(later)}).value();
  const auto third =
      world.other
          .on_event("A*", filtered.note(), {.channel = "Other", .replay = Replay::beginning()})
          .value();
  world.executor->run_until_idle();
  EXPECT_EQ(all.names, (Names{"A1", "A2", "A3"}));
  EXPECT_EQ(since.names, (Names{"A2", "A3"}));
  EXPECT_EQ(filtered.names, Names{"A3"});
}

TEST(EventReplay, ends_with_its_handle_and_with_its_bus) {
  World world;
  for (int i = 0; i < 1'000; ++i) world.lab.emit("A").value();
  Heard heard;
  {
    const auto watch =
        world.other.on_event("A", heard.note(), {.replay = Replay::beginning()}).value();
    world.executor->run_one();  // a part of it
  }
  const std::size_t before = heard.names.size();
  world.executor->run_until_idle();
  EXPECT_EQ(heard.names.size(), before);
}

TEST(EventReplay, waits_for_a_processor_that_is_stopped_with_what_is_live) {
  World world;
  world.lab.emit("A").value();
  world.executor->run_until_idle();
  world.bus.stop_processor(1s, true);
  Heard heard;
  const auto watch =
      world.other
          .on_event(
              "*", heard.note(),
              {.filters = {{"lab", [](const Event& event) { return event.source() == "Lab"; }}},
               .replay = Replay::beginning()})
          .value();
  world.lab.emit("B").value();
  world.executor->run_until_idle();
  EXPECT_EQ(heard.names, Names{"A"});
  world.bus.start_processor();
  world.executor->run_until_idle();
  EXPECT_EQ(heard.names, (Names{"A", "B"}));
}

// Whatever the order in which the tasks run: no gap, no repeat, no change of order.
TEST(EventReplay, has_no_gap_and_no_repeat_at_1000_interleavings) {
  for (std::uint64_t seed = 0; seed < 1'000; ++seed) {
    World world({}, seed);
    Heard heard;
    std::optional<Subscription> watch;
    const int subscribes_at = static_cast<int>(seed % 40);
    Names expected;
    for (int i = 0; i < 40; ++i) {
      if (i == subscribes_at) {
        watch = world.other.on_event("E*", heard.note(), {.replay = Replay::beginning()}).value();
      }
      expected.push_back("E" + std::to_string(i));
      world.lab.emit(expected.back()).value();
      for (std::uint64_t steps = (seed * 31 + static_cast<std::uint64_t>(i) * 17) % 4; steps > 0;
           --steps) {
        world.executor->run_one();
      }
    }
    world.executor->run_until_idle();
    ASSERT_EQ(heard.names, expected) << "seed " << seed;
  }
}

}  // namespace
}  // namespace modcomm
