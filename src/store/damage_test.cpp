// Bytes that change on the disk: each is found and named, none is served as good, the rest stays
// readable.
#include <algorithm>

#include <gtest/gtest.h>

#include "support/log_world.hpp"

namespace modcomm::store {
namespace {

using test::LogWorld;
using test::read_all;
using test::Reading;

/// A closed log of 100 events in several segments.
void fill(LogWorld& world) {
  ASSERT_TRUE(world.open());
  for (int i = 0; i < 100; ++i) {
    world.append(Durability::fsynced, 1 + world.random.below(600));
    if (i % 3 == 0) world.executor->run_until_idle();
  }
  ASSERT_TRUE(world.close());
  world.forget();
}

std::string some_segment(LogWorld& world) {
  const auto names = world.disk->list().value();
  return names[world.random.below(names.size())];
}

/// Where the last byte lies that is not zero.
std::uint64_t used(const LogWorld& world, const std::string& name) {
  return world.disk->content(name).find_last_not_of('\0') + 1;
}

bool names_it(const Reading& reading, std::uint64_t segment, std::uint64_t at) {
  return std::any_of(reading.damage.begin(), reading.damage.end(), [&](const Damage& damage) {
    return damage.segment == segment && damage.at <= at && at < damage.end;
  });
}

std::uint64_t lost(const Reading& reading) {
  std::uint64_t events = 0;
  for (const Damage& damage : reading.damage) events += damage.events();
  return events;
}

TEST(Damage, each_of_2000_changed_bytes_is_named_and_the_rest_is_read) {
  LogWorld world(1);
  fill(world);
  std::size_t headers = 0;
  for (int round = 0; round < 2'000; ++round) {
    const std::string name = some_segment(world);
    const std::uint64_t at = world.random.below(used(world, name));
    const auto mask = static_cast<unsigned char>(1 + world.random.below(255));
    world.disk->flip(name, at, mask);
    const auto chain = open_chain(*world.disk, Access::read);
    ASSERT_TRUE(chain) << chain.error().to_string();
    const Reading reading = read_all({chain->segments, chain->next_sequence});
    for (const auto& [sequence, body] : reading.events) ASSERT_EQ(body, world.fsynced.at(sequence));
    ASSERT_EQ(reading.events.size() + lost(reading), 100U) << name << " at " << at;
    ASSERT_LE(lost(reading), 1U);
    if (at < first_record_at) {
      ++headers;  // the other copy serves
      ASSERT_EQ(reading.events.size(), 100U);
      ASSERT_FALSE(both_headers_good(world.disk->content(name)));
    } else if (!names_it(reading, *number_of_name(name), at)) {
      // The mark of closing was last, and nothing is behind it that could tell.
      ASSERT_EQ(name, world.disk->list()->back());
      ASSERT_GE(at, used(world, name) - record_bytes(0));
      ASSERT_FALSE(chain->recovery.closed);
    }
    world.disk->flip(name, at, mask);
  }
  EXPECT_GT(headers, 10U);
}

TEST(Damage, a_changed_length_a_cut_file_and_a_lost_segment_are_named) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    LogWorld world(seed);
    fill(world);
    auto names = world.disk->list().value();
    ASSERT_GE(names.size(), 3U);
    const std::string middle = names[1 + world.random.below(names.size() - 2)];
    switch (seed % 3) {
      case 0:
        ASSERT_TRUE(world.disk->remove(middle));
        break;
      case 1:
        for (std::uint64_t at = 0; at < first_record_at; ++at) world.disk->flip(middle, at, 0xff);
        break;
      default:
        const auto end = used(world, middle);
        for (std::uint64_t at = end / 2; at < end; ++at) world.disk->flip(middle, at, 0xff);
    }
    ASSERT_TRUE(world.open());
    const Reading reading = read_all(world.log->extent());
    EXPECT_FALSE(reading.damage.empty());
    EXPECT_EQ(reading.events.size() + lost(reading), 100U) << seed;
    EXPECT_GT(reading.events.size(), 30U);
    EXPECT_TRUE(reading.in_order);
  }
}

TEST(Damage, in_the_last_segment_is_no_torn_write_and_the_log_goes_on_behind_it) {
  LogWorld world(3);
  fill(world);
  const std::string last = world.disk->list()->back();
  world.disk->flip(last, first_record_at + 40, 1);
  const std::string before = world.disk->content(last);
  ASSERT_TRUE(world.open());
  ASSERT_EQ(world.log->recovery().damage.size(), 1U);
  EXPECT_EQ(world.log->recovery().torn_bytes, 0U);
  EXPECT_EQ(world.disk->content(last), before);  // nothing was cut off
  world.append(Durability::fsynced);
  world.executor->run_until_idle();
  EXPECT_EQ(world.receipts.back().sequence, 101U);
  const Reading reading = read_all(world.log->extent());
  EXPECT_EQ(reading.events.size(), 100U);
  EXPECT_EQ(lost(reading), 1U);
  const Error error = damage_error(*world.disk, reading.damage.at(0));
  EXPECT_EQ(error.reason(), reason::damaged_store);
  EXPECT_NE(error.message().find(last), std::string::npos);
}

TEST(Damage, a_last_segment_without_headers_is_read_around_and_not_written_to) {
  LogWorld world(4);
  fill(world);
  const std::string last = world.disk->list()->back();
  for (std::uint64_t at = 0; at < first_record_at; ++at) world.disk->flip(last, at, 0xff);
  const auto opened = world.open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().reason(), reason::damaged_store);
  EXPECT_NE(opened.error().message().find(last), std::string::npos);
  const auto chain = open_chain(*world.disk, Access::read);
  ASSERT_TRUE(chain);
  const Reading reading = read_all({chain->segments, chain->next_sequence});
  EXPECT_GT(reading.events.size(), 50U);
  EXPECT_FALSE(reading.damage.empty());
}

// An event may hold the very bytes of a record: who publishes must not be able to forge others behind
// damage.
TEST(Damage, a_payload_that_looks_like_a_record_is_none) {
  LogWorld world(5);
  ASSERT_TRUE(world.open());
  std::string forged;
  for (std::uint64_t sequence = 1; sequence < 9; ++sequence) {
    append_record(forged, {RecordKind::event, sequence, 4'096}, "forged", 0);
  }
  for (int i = 0; i < 3; ++i) {
    world.log->append(forged, Durability::fsynced, [](const auto&) {});
  }
  ASSERT_TRUE(world.close());
  world.forget();
  world.disk->flip(segment_name(1), first_record_at + 4, 0x08);  // the first one's length
  ASSERT_TRUE(world.open());
  const Reading reading = read_all(world.log->extent());
  EXPECT_EQ(reading.events.size(), 2U);
  EXPECT_EQ(lost(reading), 1U);
  for (const auto& [sequence, body] : reading.events) EXPECT_EQ(body, forged);
}

TEST(Damage, read_access_changes_nothing) {
  LogWorld world(6);
  fill(world);
  const std::string last = world.disk->list()->back();
  world.disk->flip(last, used(world, last) - 3, 1);
  const auto operations = world.disk->operations();
  ASSERT_TRUE(open_chain(*world.disk, Access::read));
  EXPECT_EQ(world.disk->operations(), operations);
}

}  // namespace
}  // namespace modcomm::store
