// The history that a store holds.
#include "support/store_world.hpp"

namespace modcomm {
namespace {

using namespace std::chrono_literals;
using test::Machine;
using test::Names;

struct StoredHistory : test::StoreWorld {
  static Names names_of(const EventPage& page) {
    Names names;
    for (const Event& event : page.events) names.emplace_back(event.name());
    return names;
  }
  Names stored(EventQuery query = {}) {
    query.stored = true;
    return names_of(bus->history(query).value());
  }
};

TEST_F(StoredHistory, holds_what_was_stored_and_nothing_else) {
  emit("A").value();
  emit("Noise", {}).value();
  emit("B", {.keep = Keep::none, .persist = true}).value();
  EXPECT_EQ(stored(), (Names{"B", "A"}));
  EXPECT_EQ(stored({.oldest_first = true}), (Names{"A", "B"}));
  begin_again();
  EXPECT_EQ(stored(), (Names{"B", "A"}));
}

TEST_F(StoredHistory, is_asked_as_the_memory_is) {
  options.history.max_events = 100'000;
  begin_again();
  detail::Random random(3);
  for (int i = 0; i < 300; ++i) {
    clock->advance(1s);
    const std::string correlation = "run-" + std::to_string(random.below(4));
    bus->module(random.below(2) == 0 ? "LabRunner" : "PatchManager")
        .emit(random.below(2) == 0 ? "Lab.Step" : "Patch", Machine{"web", i},
              {.channel = random.below(2) == 0 ? "Lab" : "Events",
               .correlation_id = correlation,
               .persist = true})
        .value();
  }
  const WallTime middle = clock->now().wall - 150s;
  for (int i = 0; i < 200; ++i) {
    EventQuery query{.name = std::array{"*", "Lab*", "Patch"}[random.below(3)]};
    if (random.below(3) == 0) query.channel = "Lab";
    if (random.below(3) == 0) query.source = "PatchManager";
    if (random.below(3) == 0) query.correlation_id = "run-1";
    if (random.below(3) == 0) query.since = middle - 20s;
    if (random.below(3) == 0) query.until = middle + 20s;
    if (query.source.empty()) query.until = query.until.value_or(clock->now().wall + 1h);
    query.limit = 1 + random.below(50);
    query.oldest_first = random.below(2) == 0;
    EventQuery of_store = query;
    of_store.stored = true;
    bus->clear_history({.source = "modcomm"}).value();
    while (true) {  // page by page
      const EventPage expected = bus->history(query).value();
      const EventPage got = bus->history(of_store).value();
      ASSERT_EQ(names_of(got), names_of(expected));
      for (std::size_t at = 0; at < got.events.size(); ++at) {
        ASSERT_EQ(got.events[at].id(), expected.events[at].id());
        ASSERT_EQ(got.events[at].as<Machine>()->cores, expected.events[at].as<Machine>()->cores);
      }
      ASSERT_EQ(got.next.empty(), expected.next.empty());
      if (got.next.empty()) break;
      query.cursor = expected.next;
      of_store.cursor = got.next;
    }
  }
}

TEST_F(StoredHistory, is_cleared_for_good) {
  for (const char* name : {"A", "B", "A", "C", "A"}) emit(name).value();
  EXPECT_EQ(bus->clear_history({.stored = true, .name = "A"}).value(), 3U);
  EXPECT_EQ(history(), (Names{"B", "C"})) << "the memory shows no more than the store";
  EXPECT_EQ(stored(), (Names{"C", "B"}));
  EXPECT_EQ(replay(Replay::beginning()), (Names{"B", "C"}));
  begin_again();
  EXPECT_EQ(stored(), (Names{"C", "B"}));
  EXPECT_EQ(history(), (Names{"B", "C"}));
  EXPECT_EQ(replay(Replay::sequence(1)), (Names{"B", "C"}));
  EXPECT_EQ(emit("D")->sequence, 6U) << "numbers are not used twice";
}

TEST_F(StoredHistory, counts_names) {
  for (const char* name : {"A", "B", "A", "C", "A", "C"}) emit(name).value();
  const auto names = bus->stored_names(2).value();
  ASSERT_EQ(names.size(), 2U);
  EXPECT_EQ(names[0].name, "A");
  EXPECT_EQ(names[0].count, 3U);
  EXPECT_EQ(names[1].name, "C");
}

TEST_F(StoredHistory, says_what_is_wrong_with_a_query) {
  emit("A").value();
  EXPECT_EQ(bus->history({.stored = true, .name = "[a"}).error().reason(), reason::bad_pattern);
  EXPECT_EQ(bus->history({.stored = true, .limit = 0}).error().reason(), reason::validation);
  EXPECT_EQ(bus->history({.stored = true, .cursor = "x"}).error().reason(), reason::validation);
}

TEST_F(StoredHistory, names_what_is_damaged_and_serves_the_rest) {
  for (const char* name : {"A", "B", "C"}) emit(name).value();
  disk->flip(disk->list().value().front(), 128 + 32 + 60, 0x10);  // in the first event
  EXPECT_EQ(stored(), (Names{"C", "B"}));
  EXPECT_EQ(notices, Names{"StoreDamaged"});
  ASSERT_EQ(bus->store().damage.size(), 1U);
  EXPECT_NE(bus->store().damage[0].find("1.log"), std::string::npos);
  EXPECT_EQ(replay(Replay::sequence(2)), (Names{"B", "C"}));
}

TEST_F(StoredHistory, answers_an_error_where_what_it_found_is_damaged_since) {
  emit("A").value();
  EXPECT_EQ(stored(), Names{"A"});
  disk->flip(disk->list().value().front(), 128 + 32 + 60, 0x10);
  const Error error = bus->history({.stored = true}).error();
  EXPECT_EQ(error.code(), Code::data_loss);
  EXPECT_EQ(error.reason(), reason::damaged_store);
}

TEST(WithoutStore, there_is_no_stored_history) {
  Bus bus;
  EXPECT_EQ(bus.history({.stored = true}).error().reason(), reason::durability_unavailable);
  EXPECT_EQ(bus.clear_history({.stored = true}).error().reason(), reason::durability_unavailable);
  EXPECT_EQ(bus.stored_names().error().reason(), reason::durability_unavailable);
}

}  // namespace
}  // namespace modcomm
