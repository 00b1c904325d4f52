#include <map>

#include <gtest/gtest.h>

#include <modcomm/bus.hpp>
#include <modcomm/simulation.hpp>

namespace modcomm {
namespace {

using namespace std::chrono_literals;

struct Summary {
  int passed = 0;
};
BOOST_DESCRIBE_STRUCT(Summary, (), (passed))

/// A bus without threads, and two modules.
struct EventsTest : ::testing::Test {
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  std::shared_ptr<SeededExecutor> executor = std::make_shared<SeededExecutor>(clock, 7);
  BusOptions options{.clock = clock, .executor = executor};
  Bus bus{options};
  Module lab = bus.module("LabRunner");
  Module console = bus.module("Console");
  std::vector<std::string> heard;

  /// But not what the bus itself tells.
  auto note() {
    return [this](const Event& event) {
      if (event.source() != "modcomm") heard.emplace_back(event.name());
    };
  }
  void run() { executor->run_until_idle(); }
  /// Names of the history, without those of the bus itself.
  std::vector<std::string> names(EventQuery query = {}) {
    query.source = "LabRunner";
    std::vector<std::string> all;
    const auto page = bus.history(query);
    if (!page) return {page.error().to_string()};
    for (const Event& event : page->events) all.emplace_back(event.name());
    return all;
  }
};

using Names = std::vector<std::string>;

TEST_F(EventsTest, reach_every_handler_whose_pattern_matches) {
  const auto all = console.on_event("*", note()).value();
  const auto some = console.on_event("Lab*", note()).value();
  lab.emit("LabCompleted", Summary{.passed = 3}).value();
  lab.emit("PatchApplied").value();
  run();
  EXPECT_EQ(std::ranges::count(heard, "LabCompleted"), 2);
  EXPECT_EQ(std::ranges::count(heard, "PatchApplied"), 1);
}

TEST_F(EventsTest, carry_all_that_their_publisher_said) {
  std::optional<Event> got;
  const auto watch = console
                         .on_event("LabCompleted",
                                   [&](const Summary& summary, const Event& event) {
                                     EXPECT_EQ(summary.passed, 3);
                                     got = event;
                                   })
                         .value();
  const Header headers[] = {{"run", "7"}};
  const auto receipt = lab.emit("LabCompleted", Summary{.passed = 3},
                                {.channel = "Lab",
                                 .priority = Priority::high,
                                 .ttl = 5s,
                                 .headers = headers,
                                 .correlation_id = "run-7",
                                 .broadcast = true});
  ASSERT_TRUE(receipt);
  EXPECT_EQ(receipt->durability, Durability::memory);
  run();
  ASSERT_TRUE(got);
  EXPECT_EQ(got->id(), receipt->id);
  EXPECT_EQ(got->name(), "LabCompleted");
  EXPECT_EQ(got->channel(), "Lab");
  EXPECT_EQ(got->source(), "LabRunner");
  EXPECT_EQ(got->priority(), Priority::high);
  EXPECT_EQ(got->time(), clock->now().wall);
  EXPECT_EQ(got->expires(), clock->now().wall + 5s);
  EXPECT_EQ(got->header("run"), "7");
  EXPECT_EQ(got->correlation_id(), "run-7");
  EXPECT_TRUE(got->broadcast());
  EXPECT_EQ(got->value().value(), (Value{{"passed", 3}}));
}

TEST_F(EventsTest, are_chosen_by_channel_unless_they_are_broadcast) {
  const auto watch = console.on_event("*", note(), {.channel = "Lab"}).value();
  lab.emit("A", {.channel = "Lab"}).value();
  lab.emit("B").value();
  lab.emit("C", {.channel = "Other"}).value();
  lab.emit("D", {.channel = "Other", .broadcast = true}).value();
  run();
  EXPECT_EQ(heard, (Names{"A", "D"}));
}

TEST_F(EventsTest, a_broadcast_reaches_each_handler_once_and_is_kept_once) {
  const auto lab_only = console.on_event("*", note(), {.channel = "Lab"}).value();
  const auto any = console.on_event("Done", note()).value();
  lab.emit("Done", {.channel = "Lab", .broadcast = true}).value();
  run();
  EXPECT_EQ(heard, (Names{"Done", "Done"}));
  EXPECT_EQ(names(), Names{"Done"});
}

TEST_F(EventsTest, are_filtered_and_handled_by_priority) {
  const auto second =
      console
          .on_event(
              "*", note(),
              {.filters = {{"not B", [](const Event& event) { return event.name() != "B"; }}}})
          .value();
  const auto first = console
                         .on_event("A", [&](const Event&) { heard.emplace_back("first"); },
                                   {.priority = Priority::high})
                         .value();
  lab.emit("B").value();
  lab.emit("A").value();
  run();
  EXPECT_EQ(heard, (Names{"first", "A"}));
}

TEST_F(EventsTest, are_no_messages_and_messages_are_no_events) {
  int messages = 0;
  const auto subscription =
      console.subscribe("Events", "*", [&](const Message&) { ++messages; }).value();
  const auto watch = console.on_event("*", note()).value();
  lab.emit("A").value();
  lab.publish("Events", "B", 1).value();
  run();
  EXPECT_EQ(messages, 1);
  EXPECT_EQ(heard, Names{"A"});
  EXPECT_EQ(names(), Names{"A"});
}

TEST_F(EventsTest, bad_input_is_refused_and_nothing_is_kept) {
  EXPECT_EQ(lab.emit("bad name").error().reason(), reason::bad_name);
  EXPECT_EQ(lab.emit("System.Mine").error().reason(), reason::bad_name);
  EXPECT_EQ(lab.emit("A", {.channel = "bad channel"}).error().reason(), reason::bad_name);
  EXPECT_EQ(lab.emit("A", {.ttl = -1s}).error().reason(), reason::validation);
  EXPECT_EQ(lab.emit("A", std::string(2 << 20, 'x')).error().reason(), reason::too_large);
  EXPECT_EQ(console.on_event("[", note()).error().reason(), reason::bad_pattern);
  EXPECT_EQ(console.on_event("*", note(), {.channel = "b d"}).error().reason(), reason::bad_name);
  EXPECT_EQ(bus.history({.name = "["}).error().reason(), reason::bad_pattern);
  EXPECT_EQ(bus.history({.limit = 0}).error().reason(), reason::validation);
  EXPECT_EQ(bus.history({.cursor = "x"}).error().reason(), reason::validation);
  EXPECT_EQ(bus.clear_history({.name = "["}).error().reason(), reason::bad_pattern);
  EXPECT_TRUE(names().empty());
  bus.stop(1s).value();
  EXPECT_EQ(lab.emit("A").error().reason(), reason::closed);
  EXPECT_EQ(console.on_event("*", note()).error().reason(), reason::closed);
}

TEST_F(EventsTest, that_expired_reach_nobody_and_stay_in_the_history) {
  const auto watch = console.on_event("*", note()).value();
  lab.emit("A", {.ttl = 1s}).value();
  clock->advance(2s);
  run();
  EXPECT_TRUE(heard.empty());
  EXPECT_EQ(names(), Names{"A"});
  EXPECT_EQ(bus.events().counts.expired, 1U);
}

TEST_F(EventsTest, a_handler_that_throws_hurts_no_other_and_is_told_as_an_event) {
  const auto bad = console
                       .on_event("A", [](const Event&) { throw std::runtime_error("no"); },
                                 {.priority = Priority::high})
                       .value();
  const auto good = console.on_event("*", note()).value();
  std::string failure;
  const auto told =
      console.on_event("System.HandlerFailed", [&](const Value& data) { failure = data["detail"]; })
          .value();
  lab.emit("A").value();
  run();
  EXPECT_EQ(heard, Names{"A"});
  EXPECT_NE(failure.find("no"), std::string::npos);
  EXPECT_EQ(bad.info().counts.failed, 1U);
}

TEST_F(EventsTest, a_handler_of_failures_that_fails_comes_to_an_end) {
  const auto bad =
      console.on_event("System.*", [](const Event&) { throw std::runtime_error("no"); }).value();
  bus.create_channel("Lab").value();
  run();  // ends
  EXPECT_GE(bad.info().counts.failed, 1U);
}

// ---- what the bus itself has to tell ----

TEST_F(EventsTest, changes_of_the_bus_are_events) {
  std::map<std::string, std::string> told;
  const auto watch = console
                         .on_event("System.*",
                                   [&](const Event& event) {
                                     told[std::string(event.name())] =
                                         event.value().value()["subject"];
                                     EXPECT_EQ(event.source(), "modcomm");
                                   })
                         .value();
  bus.create_channel("Lab").value();
  bus.remove_channel("Lab").value();
  bus.module("Newcomer");
  run();
  EXPECT_EQ(told["System.ChannelCreated"], "Lab");
  EXPECT_EQ(told["System.ChannelRemoved"], "Lab");
  EXPECT_EQ(told["System.ModuleJoined"], "Newcomer");
}

TEST_F(EventsTest, what_the_bus_tells_is_kept_and_wakes_nobody_where_no_handler_is) {
  bus.create_channel("Lab").value();
  EXPECT_FALSE(executor->run_one());
  const auto page = bus.history({.name = "System.ChannelCreated"}).value();
  ASSERT_EQ(page.events.size(), 1U);
  EXPECT_EQ(page.events.front().source(), "modcomm");
}

TEST_F(EventsTest, a_sink_of_notices_may_emit_and_subscribe) {
  Bus* inner = nullptr;
  std::vector<Subscription> made;
  int slow = 0;
  options.on_notice = [&](const Notice& notice) {
    if (inner == nullptr || notice.name != notice::slow_consumer_began) return;
    ++slow;
    inner->module("Sink").emit("Noticed").value();
    made.push_back(
        inner->module("Sink").on_event("x", note(), {.replay = Replay::beginning()}).value());
  };
  Bus other(options);
  inner = &other;
  const auto watch = other.module("Console").on_event("*", note()).value();
  for (int i = 0; i < 9'000; ++i) other.module("Lab").emit("A").value();
  run();
  EXPECT_EQ(slow, 1);
  EXPECT_EQ(std::ranges::count(heard, "A"), 9'000);
  EXPECT_EQ(std::ranges::count(heard, "Noticed"), 1);
  made.clear();
  inner = nullptr;
}

}  // namespace
}  // namespace modcomm
