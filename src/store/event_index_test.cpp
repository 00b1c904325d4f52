#include "store/event_index.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "core/random.hpp"
#include "store/stored_event.hpp"
#include "support/log_world.hpp"

namespace modcomm::store {
namespace {

using namespace std::chrono_literals;

constexpr std::array names = {"LabStarted", "LabCompleted", "VMCreated", "Rare"};
constexpr std::array channels = {"Events", "Lab"};
constexpr std::array sources = {"LabRunner", "PatchManager", "Console"};

/// What the index should know of an event.
struct Entry {
  std::uint64_t sequence = 0;
  std::string name{}, channel{}, source{}, correlation{};
  WallTime time{};
};

/// A log of events on a simulated disk, and all that was put into it.
struct IndexTest : ::testing::Test {
  test::LogWorld world{5};
  std::vector<Entry> model;
  const std::string file = (std::filesystem::temp_directory_path() /
                            ("modcomm-index-" + std::to_string(getpid()) + ".db"))
                               .string();

  IndexTest() {
    remove();
    world.open().value();
  }
  ~IndexTest() override { remove(); }
  void remove() const {
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file + suffix);
  }

  void emit() {
    Entry entry{.sequence = world.log->extent().next_sequence};
    entry.name = world.random.below(50) == 0 ? names[3] : names[world.random.below(3)];
    entry.channel = channels[world.random.below(2)];
    entry.source = sources[world.random.below(3)];
    if (world.random.below(3) == 0)
      entry.correlation = "run-" + std::to_string(world.random.below(5));
    // Clocks go back now and then.
    world.clock->advance(1s);
    entry.time = world.clock->now().wall - std::chrono::seconds(world.random.below(4));
    world.log->append(encode_event({.time = entry.time,
                                    .name = entry.name,
                                    .channel = entry.channel,
                                    .source = entry.source,
                                    .correlation_id = entry.correlation,
                                    .payload = "some data that fills the segments"}),
                      Durability::fsynced, [](const auto& receipt) { EXPECT_TRUE(receipt); });
    world.executor->run_until_idle();
    model.push_back(std::move(entry));
  }
  void clear(const std::vector<SequenceRange>& ranges) {
    world.log->append(
        encode_ranges(ranges), Durability::fsynced, [](const auto&) {}, RecordKind::cleared);
    world.executor->run_until_idle();
    std::erase_if(model, [&](const Entry& entry) {
      return std::ranges::any_of(ranges, [&](const SequenceRange& range) {
        return entry.sequence >= range.first && entry.sequence <= range.last;
      });
    });
  }
  std::unique_ptr<EventIndex> open() { return std::move(EventIndex::open(file)).value(); }

  IndexQuery any_query() {
    constexpr std::array patterns = {"*", "Lab*", "VMCreated", "*e*", "Rare", "Nobody"};
    IndexQuery query{.name = Glob::compile(patterns[world.random.below(6)]).value()};
    if (world.random.below(4) == 0) query.channel = channels[world.random.below(2)];
    if (world.random.below(4) == 0) query.source = sources[world.random.below(3)];
    if (world.random.below(4) == 0)
      query.correlation_id = "run-" + std::to_string(world.random.below(6));
    const auto any_time = [&] {
      return model[world.random.below(model.size())].time +
             std::chrono::seconds(world.random.below(3)) - 1s;
    };
    if (world.random.below(3) == 0) query.since = any_time();
    if (world.random.below(3) == 0) query.until = any_time();
    query.limit = world.random.below(3) == 0 ? 0 : 1 + world.random.below(20);
    query.oldest_first = world.random.below(2) == 0;
    if (world.random.below(3) == 0) query.behind = 1 + world.random.below(model.back().sequence);
    return query;
  }
  std::vector<std::uint64_t> expected(const IndexQuery& query) const {
    std::vector<std::uint64_t> found;
    for (const Entry& entry : model) {
      const bool fits =
          query.name.matches(entry.name) &&
          (query.channel.empty() || query.channel == entry.channel) &&
          (query.source.empty() || query.source == entry.source) &&
          (query.correlation_id.empty() || query.correlation_id == entry.correlation) &&
          (!query.since || entry.time >= *query.since) &&
          (!query.until || entry.time < *query.until) &&
          (query.behind == 0 ||
           (query.oldest_first ? entry.sequence > query.behind : entry.sequence < query.behind));
      if (fits) found.push_back(entry.sequence);
    }
    if (!query.oldest_first) std::ranges::reverse(found);
    if (query.limit > 0 && found.size() > query.limit) found.resize(query.limit);
    return found;
  }
  void compare(EventIndex& index, int queries) {
    index.catch_up(world.log->extent()).value();
    for (int i = 0; i < queries; ++i) {
      const IndexQuery query = any_query();
      std::vector<std::uint64_t> got;
      for (const IndexRow& row : index.find(query).value()) {
        got.push_back(row.sequence);
        const auto body = read_body(*world.disk, world.log->extent(), row.position).value();
        const auto entry = std::ranges::find(model, row.sequence, &Entry::sequence);
        ASSERT_NE(entry, model.end());
        ASSERT_EQ(decode_event(body)->name, entry->name) << "its place in the log";
      }
      ASSERT_EQ(got, expected(query)) << query.name.pattern();
    }
  }
};

TEST_F(IndexTest, finds_what_a_look_at_every_event_finds) {
  const auto index = open();
  for (int round = 0; round < 30; ++round) {
    for (int i = 0; i < 20; ++i) emit();
    if (round % 5 == 4) {
      const std::uint64_t first = 1 + world.random.below(model.back().sequence);
      clear({{first, first + world.random.below(10)}, {first + 20, first + 20}});
    }
    compare(*index, 40);
  }
}

TEST_F(IndexTest, goes_on_where_it_was_and_is_made_anew_where_it_cannot) {
  for (int i = 0; i < 300; ++i) emit();
  {
    compare(*open(), 20);
  }
  for (int i = 0; i < 50; ++i) emit();
  clear({{10, 30}});
  {
    const auto index = open();
    EXPECT_EQ(index->indexed_to(), 300U);
    compare(*index, 20);
    EXPECT_EQ(index->cleared().value(), (std::vector<SequenceRange>{{10, 30}}));
  }
  {  // no database at all
    std::ofstream(file, std::ios::trunc)
        << "these are not the bytes of a database, but of something else";
    compare(*open(), 20);
  }
  {  // of another version
    auto database = Database::open(file).value();
    database.set_version(77).value();
  }
  const auto index = open();
  EXPECT_EQ(index->indexed_to(), 0U);
  compare(*index, 20);
}

TEST_F(IndexTest, is_of_one_log_only) {
  for (int i = 0; i < 100; ++i) emit();
  {
    open()->catch_up(world.log->extent()).value();
  }
  world.close().value();
  test::LogWorld other(6);
  std::swap(world.disk, other.disk);
  std::swap(world.log, other.log);
  std::swap(world.executor, other.executor);
  std::swap(world.clock, other.clock);
  world.open().value();
  model.clear();
  for (int i = 0; i < 150; ++i) emit();
  compare(*open(), 30);
}

TEST_F(IndexTest, forgets_what_the_log_lost_with_the_power) {
  for (int i = 0; i < 50; ++i) emit();
  const std::size_t safe = model.size();
  for (int i = 0; i < 5; ++i) {
    world.log->append(encode_event({.name = "Unsafe", .channel = "Events", .source = "Lab"}),
                      Durability::written, [](const auto&) {});
    world.executor->run_until_idle();
  }
  {
    open()->catch_up(world.log->extent()).value();
  }
  world.disk->cut_after(0);
  world.forget();
  world.disk->restart();
  world.open().value();
  const std::uint64_t last = world.log->extent().next_sequence - 1;
  EXPECT_GE(last, safe);
  const auto index = open();
  index->catch_up(world.log->extent()).value();
  EXPECT_EQ(index->find({.name = Glob::compile("*").value()})->size(), last);
}

TEST_F(IndexTest, drops_what_retention_dropped) {
  world.close().value();
  world.forget();
  world.open({.segment_bytes = 4'096, .retention = {.events = 60}}).value();
  const auto index = open();
  for (int i = 0; i < 300; ++i) {
    emit();
    if (i % 37 == 0) index->catch_up(world.log->extent()).value();
  }
  const std::uint64_t first = world.log->extent().first_sequence();
  EXPECT_GT(first, 100U);
  std::erase_if(model, [&](const Entry& entry) { return entry.sequence < first; });
  compare(*index, 50);
}

TEST_F(IndexTest, counts_names) {
  for (int i = 0; i < 100; ++i) emit();
  const auto index = open();
  index->catch_up(world.log->extent()).value();
  std::map<std::string, std::uint64_t> counts;
  for (const Entry& entry : model) ++counts[entry.name];
  const auto got = index->names(2).value();
  ASSERT_EQ(got.size(), 2U);
  EXPECT_GE(got[0].count, got[1].count);
  for (const auto& [text, count] : got) EXPECT_EQ(count, counts[text]);
}

}  // namespace
}  // namespace modcomm::store
