#include "store/event_log.hpp"

#include <cstring>

#include <gtest/gtest.h>

#include "store/crc32c.hpp"
#include "support/log_world.hpp"

namespace modcomm::store {
namespace {

using namespace std::chrono_literals;
using test::LogWorld;
using test::read_all;

std::map<std::uint64_t, std::string> all(const LogWorld& world) {
  auto events = world.fsynced;
  events.insert(world.written.begin(), world.written.end());
  return events;
}

TEST(EventLog, gives_back_what_was_appended_in_order_with_sequences_from_1) {
  LogWorld world(1);
  ASSERT_TRUE(world.open());
  for (int i = 0; i < 300; ++i) world.append(Durability::fsynced, 1 + world.random.below(400));
  world.executor->run_until_idle();
  EXPECT_EQ(world.answered, 300U);
  ASSERT_EQ(world.fsynced.size(), 300U);
  EXPECT_EQ(world.fsynced.begin()->first, 1U);
  const auto reading = read_all(world.log->extent());
  EXPECT_EQ(reading.events, world.fsynced);
  EXPECT_TRUE(reading.in_order);
  EXPECT_GT(world.log->extent().segments.size(), 5U);
}

TEST(EventLog, goes_on_with_the_next_number_when_it_is_opened_again) {
  LogWorld world(2);
  for (int life = 0; life < 20; ++life) {
    ASSERT_TRUE(world.open());
    EXPECT_EQ(world.log->recovery().torn_bytes, 0U);
    EXPECT_EQ(world.log->recovery().closed, life > 0);
    for (int i = 0; i < 7; ++i) world.append(Durability::fsynced);
    ASSERT_TRUE(world.close());
    world.forget();
  }
  ASSERT_TRUE(world.open());
  EXPECT_EQ(world.fsynced.size(), 140U);
  EXPECT_EQ(read_all(world.log->extent()).events, world.fsynced);
}

TEST(EventLog, is_opened_and_closed_for_ever_without_events) {
  LogWorld world(3);
  for (int life = 0; life < 500; ++life) {
    ASSERT_TRUE(world.open({.segment_bytes = 512}));
    if (life == 0) world.append(Durability::written);
    if (life > 0)
      world.log->append("gone", Durability::written, [](const auto&) {}, RecordKind::cleared);
    ASSERT_TRUE(world.close()) << life;
    world.forget();
  }
  ASSERT_TRUE(world.open());
  EXPECT_EQ(read_all(world.log->extent()).events.size(), 1U);
}

TEST(EventLog, syncs_once_for_all_that_wait) {
  LogWorld world(4);
  ASSERT_TRUE(world.open({.segment_bytes = 1 << 20}));
  world.append(Durability::fsynced);
  world.executor->run_until_idle();
  const auto before = world.disk->operations();
  for (int i = 0; i < 100; ++i) world.append(Durability::fsynced);
  world.executor->run_until_idle();
  EXPECT_EQ(world.disk->operations() - before, 2U);  // one write, one sync
}

TEST(EventLog, answers_in_the_order_of_the_sequences) {
  LogWorld world(5);
  ASSERT_TRUE(world.open());
  for (int i = 0; i < 200; ++i) {
    world.append(world.random.below(2) == 0 ? Durability::written : Durability::fsynced);
    if (world.random.below(9) == 0) world.executor->run_until_idle();
  }
  world.executor->run_until_idle();
  ASSERT_EQ(world.receipts.size(), 200U);
  for (std::size_t i = 0; i < 200; ++i) EXPECT_EQ(world.receipts[i].sequence, i + 1);
}

TEST(EventLog, syncs_within_a_second_what_nobody_waits_for) {
  LogWorld world(6);
  ASSERT_TRUE(world.open({.segment_bytes = 1 << 20}));
  world.append(Durability::written);
  world.executor->run_until_idle();
  EXPECT_EQ(world.receipts.at(0).durability, Durability::written);
  world.clock->advance(1s);
  world.executor->run_until_idle();
  world.disk->cut_after(0);
  world.forget();
  world.disk->restart();
  ASSERT_TRUE(world.open());
  EXPECT_EQ(read_all(world.log->extent()).events, world.written);
}

TEST(EventLog, an_event_can_be_read_when_its_publisher_is_told) {
  LogWorld world(7);
  ASSERT_TRUE(world.open());
  int told = 0;
  for (int i = 0; i < 50; ++i) {
    world.log->append("event", Durability::fsynced, [&](const Result<LogReceipt>& receipt) {
      ++told;
      const auto extent = world.log->extent();
      EXPECT_GT(extent.next_sequence, receipt->sequence);
      EXPECT_EQ(read_body(*world.disk, extent, receipt->position).value(), "event");
    });
  }
  world.executor->run_until_idle();
  EXPECT_EQ(told, 50);
}

TEST(EventLog, appends_from_inside_an_answer) {
  LogWorld world(8);
  ASSERT_TRUE(world.open());
  world.log->append("outer", Durability::written,
                    [&](const auto&) { world.append(Durability::fsynced); });
  world.executor->run_until_idle();
  EXPECT_EQ(world.fsynced.begin()->first, 2U);
}

TEST(EventLog, a_full_disk_refuses_what_does_not_fit_and_serves_again_with_space) {
  LogWorld world(9);
  ASSERT_TRUE(world.open());
  world.append(Durability::fsynced);
  world.executor->run_until_idle();
  world.disk->set_full(true);
  for (int i = 0; i < 200; ++i) world.append(Durability::fsynced);
  world.executor->run_until_idle();
  ASSERT_FALSE(world.errors.empty());
  for (const Error& error : world.errors) EXPECT_EQ(error.reason(), reason::storage_full);
  EXPECT_EQ(world.errors.size() + world.fsynced.size(), 201U);
  world.disk->set_full(false);
  for (int i = 0; i < 200; ++i) world.append(Durability::fsynced);
  world.executor->run_until_idle();
  EXPECT_EQ(world.errors.size() + world.fsynced.size(), 401U);
  const auto reading = read_all(world.log->extent());
  EXPECT_EQ(reading.events, world.fsynced);
  EXPECT_EQ(reading.events.rbegin()->first, reading.events.size());  // no gap
}

TEST(EventLog, a_write_that_failed_leaves_nothing_that_is_taken_for_an_event) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    LogWorld world(seed);
    ASSERT_TRUE(world.open({.segment_bytes = 4'096}));
    for (int i = 0; i < 10; ++i) world.append(Durability::fsynced);
    world.executor->run_until_idle();
    world.disk->fail_next_write();
    for (int i = 0; i < 12; ++i) world.append(Durability::fsynced);
    world.executor->run_until_idle();
    for (std::uint64_t i = 0; i < world.random.below(30); ++i)
      world.append(Durability::fsynced, 40);
    world.executor->run_until_idle();
    world.forget();
    world.disk->restart();
    ASSERT_TRUE(world.open()) << seed;
    const auto reading = read_all(world.log->extent());
    EXPECT_EQ(reading.events, world.fsynced) << seed;
    EXPECT_TRUE(reading.damage.empty()) << seed;
  }
}

TEST(EventLog, takes_no_more_once_a_sync_has_failed) {
  LogWorld world(10);
  ASSERT_TRUE(world.open());
  world.append(Durability::fsynced);
  world.executor->run_until_idle();
  world.disk->fail_next_sync();
  for (int i = 0; i < 3; ++i) world.append(Durability::fsynced);
  world.executor->run_until_idle();
  world.append(Durability::written);
  world.executor->run_until_idle();
  ASSERT_EQ(world.errors.size(), 4U);
  for (const Error& error : world.errors) {
    EXPECT_EQ(error.reason(), reason::input_output);
    EXPECT_NE(error.message().find("takes no more events"), std::string::npos);
  }
  EXPECT_EQ(read_all(world.log->extent()).events, world.fsynced);
  EXPECT_FALSE(world.close());
}

TEST(EventLog, refuses_what_is_too_large_too_much_and_too_late) {
  LogWorld world(11);
  ASSERT_TRUE(world.open());
  std::vector<std::string> reasons;
  const auto keep = [&](const Result<LogReceipt>& receipt) {
    reasons.emplace_back(receipt ? std::string_view() : receipt.error().reason());
  };
  world.log->append(std::string(max_body_bytes + 1, 'x'), Durability::written, keep);
  world.log->append(std::string(max_body_bytes, 'x'), Durability::written, keep);
  world.log->append("one more", Durability::written, keep);
  ASSERT_TRUE(world.close());
  world.log->append("late", Durability::written, keep);
  EXPECT_EQ(reasons, (std::vector<std::string>{"too_large", "queue_full", "", "closed"}));
}

TEST(EventLog, drops_whole_segments_by_count_size_and_age) {
  const auto kept = [](const Retention& retention) {
    LogWorld world(12);
    EXPECT_TRUE(world.open({.segment_bytes = 4'096, .retention = retention}));
    for (int i = 0; i < 500; ++i) {
      world.append(Durability::written, 400);
      world.executor->run_until_idle();
      world.clock->advance(1s);
    }
    const auto reading = read_all(world.log->extent());
    EXPECT_TRUE(reading.damage.empty());
    EXPECT_EQ(world.disk->list()->size(), world.log->extent().segments.size());
    return reading.events.size();
  };
  EXPECT_EQ(kept({}), 500U);
  for (const std::size_t events : {kept({.events = 100}), kept({.age = 100s})}) {
    EXPECT_GE(events, 100U);
    EXPECT_LE(events, 120U);
  }
  const std::size_t of_bytes = kept({.bytes = 40'960});
  EXPECT_GE(of_bytes, 80U);
  EXPECT_LE(of_bytes, 99U);
}

TEST(EventLog, what_a_reader_has_open_survives_retention) {
  LogWorld world(13);
  ASSERT_TRUE(world.open({.segment_bytes = 4'096, .retention = {.events = 10}}));
  for (int i = 0; i < 10; ++i) world.append(Durability::written, 400);
  world.executor->run_until_idle();
  const auto extent = world.log->extent();
  for (int i = 0; i < 100; ++i) world.append(Durability::written, 400);
  world.executor->run_until_idle();
  EXPECT_GT(read_all(world.log->extent()).events.begin()->first, 10U);
  EXPECT_EQ(read_all(extent).events.size(), 10U);
}

TEST(EventLog, a_reader_that_is_extended_misses_nothing_and_repeats_nothing) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    LogWorld world(seed);
    ASSERT_TRUE(
        world.open({.segment_bytes = 4'096, .retention = {.events = world.random.below(3) * 50}}));
    LogReader reader(world.log->extent(), 1);
    std::map<std::uint64_t, std::string> seen;
    for (int round = 0; round < 40; ++round) {
      for (std::uint64_t i = 0; i < world.random.below(20); ++i) world.append(Durability::written);
      world.executor->run_until_idle();
      reader.extend(world.log->extent());
      for (std::uint64_t budget = world.random.below(30); budget > 0; --budget) {
        const auto step = reader.next();
        if (step->kind != WalkStep::Kind::record) break;
        EXPECT_TRUE(seen.emplace(step->record.head.sequence, step->record.body).second);
      }
    }
    reader.extend(world.log->extent());
    for (auto step = reader.next(); step->kind == WalkStep::Kind::record; step = reader.next()) {
      EXPECT_TRUE(seen.emplace(step->record.head.sequence, step->record.body).second);
    }
    EXPECT_EQ(seen, all(world)) << seed;
  }
}

TEST(EventLog, reads_from_any_event_on) {
  LogWorld world(14);
  ASSERT_TRUE(world.open());
  for (int i = 0; i < 300; ++i) world.append(Durability::fsynced);
  world.executor->run_until_idle();
  for (const std::uint64_t from : {1U, 2U, 77U, 78U, 299U, 300U, 301U, 400U}) {
    const auto events = read_all(world.log->extent(), from).events;
    const std::size_t expected = from > 300 ? 0 : 301 - from;
    ASSERT_EQ(events.size(), expected) << from;
    if (expected > 0) {
      EXPECT_EQ(events.begin()->first, from);
    }
  }
}

TEST(EventLog, a_log_of_another_version_is_refused_by_name) {
  LogWorld world(15);
  ASSERT_TRUE(world.open());
  world.append(Durability::fsynced);
  ASSERT_TRUE(world.close());
  world.forget();
  std::string header = encode_header({});
  header.resize(header_bytes);
  header[12] = 2;
  const std::uint32_t sum = crc32c(std::string_view(header).substr(0, 60));
  std::memcpy(header.data() + 60, &sum, 4);
  auto file = world.disk->open(segment_name(1));
  ASSERT_TRUE((*file)->write(0, header + header));
  const auto opened = world.open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().reason(), reason::version);
  EXPECT_NE(opened.error().message().find(segment_name(1)), std::string::npos);
}

}  // namespace
}  // namespace modcomm::store
