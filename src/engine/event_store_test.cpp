// Events that survive their bus.
#include <cstring>

#include <gtest/gtest.h>

#include "store/crc32c.hpp"
#include "store/log_format.hpp"
#include "support/store_world.hpp"

namespace modcomm {
namespace {

using namespace std::chrono_literals;
using test::Machine;
using test::Names;

struct Secret {};  // cannot be told in bytes

struct EventStoreTest : test::StoreWorld {};

TEST_F(EventStoreTest, are_on_the_disk_when_their_publisher_is_told) {
  const auto receipt = emit("VMCreated").value();
  EXPECT_EQ(receipt.durability, Durability::fsynced);
  EXPECT_EQ(receipt.sequence, 1U);
  EXPECT_EQ(emit("VMStarted")->sequence, 2U);
  EXPECT_EQ(emit("Noise", {})->sequence, 0U) << "nobody asked for it to be stored";
  EXPECT_EQ(bus->store().last_sequence, 2U);
  EXPECT_EQ(bus->store().stored, 2U);
  EXPECT_TRUE(bus->store().open);
}

TEST_F(EventStoreTest, come_back_with_all_that_their_publisher_said) {
  const Header headers[] = {{"run", "7"}, {"shard", "2"}};
  const auto receipt = emit("VMCreated", {.channel = "Lab",
                                          .priority = Priority::high,
                                          .ttl = 5s,
                                          .headers = headers,
                                          .correlation_id = "run-7",
                                          .id = "from-outside",
                                          .broadcast = true,
                                          .persist = true})
                           .value();
  const Event before = bus->history({.name = "VM*"}).value().events.at(0);
  begin_again();
  const Event event = bus->history({.name = "VM*"}).value().events.at(0);
  EXPECT_EQ(event.id(), receipt.id);
  EXPECT_EQ(event.id_text(), "from-outside");
  EXPECT_EQ(event.name(), "VMCreated");
  EXPECT_EQ(event.channel(), "Lab");
  EXPECT_EQ(event.source(), "LabRunner");
  EXPECT_EQ(event.priority(), Priority::high);
  EXPECT_EQ(event.time(), before.time());
  EXPECT_EQ(event.expires(), before.expires());
  EXPECT_EQ(event.header("shard"), "2");
  EXPECT_EQ(event.correlation_id(), "run-7");
  EXPECT_TRUE(event.broadcast());
  EXPECT_EQ(event.sequence(), 1U);
  EXPECT_EQ(event.as<Machine>()->cores, 4);
  const auto modules = bus->info().modules;
  EXPECT_EQ(std::ranges::count(modules, "LabRunner"), 0) << "it has not joined this bus";
}

TEST_F(EventStoreTest, keep_their_data_byte_for_byte) {
  const std::string text = R"({ "b":1,  "a": [1.0, "\u00e9"] })";
  lab()
      .emit("Json", Bytes{.data = text, .content_type = "application/json"}, {.persist = true})
      .value();
  const std::string raw("\x00\xff\n\"", 4);
  lab().emit("Raw", Bytes{.data = raw, .content_type = "image/png"}, {.persist = true}).value();
  lab().emit("Text", "as it is", {.persist = true}).value();
  lab().emit("Nothing", {.persist = true}).value();
  begin_again();
  const auto page = bus->history({.source = "LabRunner", .oldest_first = true}).value();
  ASSERT_EQ(page.events.size(), 4U);
  EXPECT_EQ(page.events[0].bytes()->data, text);
  EXPECT_EQ(page.events[1].bytes()->data, raw);
  EXPECT_EQ(page.events[1].bytes()->content_type, "image/png");
  EXPECT_EQ(page.events[2].as<std::string>().value(), "as it is");
  EXPECT_TRUE(page.events[3].value()->is_null());
}

TEST_F(EventStoreTest, reach_handlers_after_they_are_stored_and_in_their_order) {
  const auto watch = lab().on_event("*", note()).value();
  lab().emit_async("A", Machine{}, {.persist = true}).value();
  lab().emit_async("B", Machine{}, {.persist = true}).value();
  EXPECT_EQ(history(), Names{}) << "not yet stored";
  executor->run_until_idle();
  EXPECT_EQ(heard, (Names{"A", "B"}));
  EXPECT_EQ(history(), (Names{"A", "B"}));
}

TEST_F(EventStoreTest, tell_an_asynchronous_publisher_once) {
  std::vector<Result<EventReceipt>> told;
  const auto tell = [&](const Result<EventReceipt>& receipt) { told.push_back(receipt); };
  lab().emit_async("A", Machine{}, {.persist = true}, tell).value();
  lab().emit_async("B", Machine{}, {}, tell).value();
  EXPECT_TRUE(told.empty()) << "never within the call";
  executor->run_until_idle();
  ASSERT_EQ(told.size(), 2U);
  std::ranges::sort(told, {}, [](const auto& receipt) { return receipt->sequence; });
  EXPECT_EQ(told[0]->durability, Durability::memory);
  EXPECT_EQ(told[1]->sequence, 1U);
  EXPECT_EQ(lab().emit_async("no name", Machine{}, {}, tell).error().reason(), reason::bad_name);
  executor->run_until_idle();
  EXPECT_EQ(told.size(), 2U);
}

TEST_F(EventStoreTest, have_the_durability_that_was_asked_for) {
  EXPECT_GE(emit("A", {.durability = Durability::written})->durability, Durability::written);
  EXPECT_EQ(emit("B", {.durability = Durability::fsynced})->sequence, 2U) << "which stores it";
  const auto quick = emit("C", {.persist = true, .durability = Durability::memory}).value();
  EXPECT_EQ(quick.durability, Durability::memory);
  EXPECT_EQ(quick.sequence, 0U) << "nobody waited for it";
  executor->run_until_idle();
  EXPECT_EQ(bus->store().last_sequence, 3U);
  EXPECT_EQ(emit("D", {.durability = Durability::replicated}).error().reason(),
            reason::durability_unavailable);
}

TEST(WithoutStore, what_cannot_be_met_is_refused_and_the_rest_stays_in_memory) {
  Bus bus;
  const Module lab = bus.module("LabRunner");
  EXPECT_EQ(lab.emit("A", {.durability = Durability::fsynced}).error().reason(),
            reason::durability_unavailable);
  EXPECT_EQ(lab.emit("A", {.persist = true})->durability, Durability::memory);
  EXPECT_FALSE(bus.store().open);
}

TEST_F(EventStoreTest, that_are_refused_are_neither_stored_nor_delivered) {
  const auto watch = lab().on_event("*", note()).value();
  EXPECT_EQ(lab().emit("A", Secret{}, {.persist = true}).error().reason(),
            reason::does_not_convert);
  EXPECT_EQ(emit("A", {.channel = "no name", .persist = true}).error().reason(), reason::bad_name);
  executor->run_until_idle();
  EXPECT_EQ(bus->store().last_sequence, 0U);
  EXPECT_EQ(heard, Names{});
}

TEST_F(EventStoreTest, may_be_stored_and_not_remembered) {
  emit("A", {.keep = Keep::none, .persist = true}).value();
  emit("B").value();
  EXPECT_EQ(history(), Names{"B"});
  EXPECT_EQ(replay(Replay::beginning()), (Names{"A", "B"}));
}

// ---- replay ----

TEST_F(EventStoreTest,
       are_replayed_from_the_store_and_from_memory_in_the_order_in_which_they_came) {
  options.history.max_events = 4;
  begin_again();
  for (const char* name : {"A", "B", "C"}) emit(name).value();
  emit("m1", {}).value();
  emit("D").value();
  emit("E", {.keep = Keep::none, .persist = true}).value();
  emit("m2", {}).value();
  bus->clear_history({.source = "modcomm"}).value();
  EXPECT_EQ(history(), (Names{"C", "m1", "D", "m2"}));
  EXPECT_EQ(replay(Replay::beginning()), (Names{"A", "B", "C", "m1", "D", "E", "m2"}));
  EXPECT_EQ(replay(Replay::sequence(4)), (Names{"D", "E", "m2"}));
}

TEST_F(EventStoreTest, are_replayed_from_a_sequence_a_time_and_the_last_of_them) {
  options.history.max_events = 5;
  begin_again();
  std::vector<WallTime> times;
  Names all;
  for (int i = 1; i <= 300; ++i) {  // several segments
    clock->advance(1s);
    times.push_back(clock->now().wall);
    all.push_back("E" + std::to_string(i));
    EXPECT_EQ(emit(all.back())->sequence, static_cast<std::uint64_t>(i));
  }
  const auto from = [&](std::size_t index) {
    return Names(all.begin() + static_cast<std::ptrdiff_t>(index), all.end());
  };
  for (const bool restarted : {false, true}) {
    EXPECT_EQ(replay(Replay::beginning()), all);
    EXPECT_EQ(replay(Replay::sequence(1)), all);
    EXPECT_EQ(replay(Replay::sequence(150)), from(149));
    EXPECT_EQ(replay(Replay::sequence(299)), from(298));
    EXPECT_EQ(replay(Replay::sequence(900)), Names{});
    EXPECT_EQ(replay(Replay::since(times[149])), from(149));
    EXPECT_EQ(replay(Replay::last(3)), from(297));
    EXPECT_EQ(replay(Replay::last(120)), from(180));
    EXPECT_EQ(replay(Replay::last(1'000)), all);
    if (!restarted) begin_again();
  }
}

TEST_F(EventStoreTest, replayed_events_go_on_live_without_gap_and_without_repeat) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    detail::Random random(seed);
    std::vector<std::uint64_t> got;
    std::optional<Subscription> watch;
    std::uint64_t first = 0;
    const int subscribed_at = static_cast<int>(random.below(30));
    for (int i = 0; i < 30; ++i) {
      if (i == subscribed_at) {
        first = bus->store().last_sequence + 1;
        first -= std::min<std::uint64_t>(first - 1, random.below(20));
        watch = lab()
                    .on_event("Step",
                              [&](const Event& event) {
                                if (event.sequence() != 0) got.push_back(event.sequence());
                              },
                              {.replay = Replay::sequence(first)})
                    .value();
      }
      lab()
          .emit_async("Step", Machine{},
                      {.keep = random.below(3) == 0 ? Keep::none : Keep::memory,
                       .persist = random.below(4) != 0})
          .value();
      for (std::uint64_t steps = random.below(4); steps > 0; --steps) executor->run_one();
    }
    executor->run_until_idle();
    std::vector<std::uint64_t> expected;
    for (std::uint64_t at = first; at <= bus->store().last_sequence; ++at) expected.push_back(at);
    ASSERT_EQ(got, expected) << "seed " << seed;
  }
}

// ---- faults ----

TEST_F(EventStoreTest, a_full_disk_is_told_and_memory_goes_on_and_service_returns_with_space) {
  disk->set_full(true);
  Result<EventReceipt> receipt = EventReceipt{};
  for (int i = 0; i < 200 && receipt; ++i) receipt = emit("Filling");
  ASSERT_FALSE(receipt);
  EXPECT_EQ(receipt.error().code(), Code::resource_exhausted);
  EXPECT_EQ(receipt.error().reason(), reason::storage_full);
  EXPECT_FALSE(emit("Filling"));
  executor->run_until_idle();
  EXPECT_EQ(notices, Names{"StoreFailed"}) << "once";
  EXPECT_EQ(bus->store().failed, 2U);
  EXPECT_FALSE(bus->store().failure.empty());
  EXPECT_TRUE(emit("InMemory", {}));

  const std::uint64_t last = bus->store().last_sequence;
  disk->set_full(false);
  EXPECT_EQ(emit("Again")->sequence, last + 1);
  executor->run_until_idle();
  EXPECT_EQ(notices, (Names{"StoreFailed", "StoreRecovered"}));
  EXPECT_EQ(history().back(), "Again");
  EXPECT_TRUE(bus->store().failure.empty());
}

TEST_F(EventStoreTest, after_a_sync_that_failed_nothing_is_promised_any_more) {
  emit("Before").value();
  disk->fail_next_sync();
  EXPECT_EQ(emit("Lost").error().reason(), reason::input_output);
  EXPECT_EQ(emit("After").error().reason(), reason::input_output);
  EXPECT_TRUE(emit("InMemory", {}));
  EXPECT_EQ(history(), (Names{"Before", "InMemory"}));
  EXPECT_FALSE(bus->stop(5s));
  bus.reset();
  disk->restart_process();
  begin();
  EXPECT_EQ(history().front(), "Before");
}

TEST_F(EventStoreTest, of_another_version_are_refused_by_name_and_left_as_they_are) {
  emit("Before").value();
  bus->stop(5s).value();
  bus.reset();
  for (const char version : {'\0', '\2'}) {
    std::string header = store::encode_header({}).substr(0, store::header_bytes);
    header[12] = version;
    const std::uint32_t sum = store::crc32c(std::string_view(header).substr(0, 60));
    std::memcpy(header.data() + 60, &sum, sizeof sum);
    ASSERT_TRUE((*disk->open(store::segment_name(1)))->write(0, header + header));
    const std::string before = disk->content(store::segment_name(1));
    try {
      begin();
      ADD_FAILURE() << "it must not open";
    } catch (const Exception& refused) {
      EXPECT_EQ(refused.error().code(), Code::failed_precondition);
      EXPECT_EQ(refused.error().reason(), reason::version);
      EXPECT_NE(refused.error().message().find(store::segment_name(1)), std::string::npos);
    }
    EXPECT_EQ(disk->content(store::segment_name(1)), before);
  }
}

TEST_F(EventStoreTest, what_was_acknowledged_survives_a_loss_of_power) {
  for (int life = 0; life < 100; ++life) {
    const std::size_t before = history().size();
    disk->cut_after(static_cast<std::uint64_t>(life % 17));
    Names promised;
    for (int i = 0; i < 20; ++i) {
      const std::string name = "E" + std::to_string(life) + "-" + std::to_string(i);
      if (emit(name)) promised.push_back(name);
    }
    static_cast<void>(bus->stop(5s));
    bus.reset();
    disk->restart();
    begin();
    const Names all = history();
    ASSERT_GE(all.size(), before + promised.size());
    for (std::size_t i = 0; i < promised.size(); ++i) ASSERT_EQ(all[before + i], promised[i]);
    ASSERT_EQ(bus->store().last_sequence, all.size()) << "no gap, no repeat";
  }
}

}  // namespace
}  // namespace modcomm
