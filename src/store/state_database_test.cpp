// What a store keeps beside its log: positions of consumers and dead letters.
#include "store/state_database.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "store/state_migrations.hpp"

namespace modcomm::store {
namespace {

using namespace std::chrono_literals;

struct StateDatabaseTest : ::testing::Test {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("modcomm-state-" + std::to_string(getpid()));
  const std::string file = (folder / "state.db").string();

  StateDatabaseTest() { std::filesystem::create_directory(folder); }
  ~StateDatabaseTest() override { std::filesystem::remove_all(folder); }

  std::shared_ptr<StateDatabase> open(const DeadLetterOptions& limits = {}) const {
    return StateDatabase::open(file, limits).value();
  }
  static ConsumerRow billing() {
    return {.name = "billing",
            .options = "{}",
            .created = WallTime(5s),
            .position = {.next = 9, .pending = {pending(4), pending(7)}}};
  }
  static PendingEvent pending(std::uint64_t sequence) {
    return {.sequence = sequence,
            .attempts = 2,
            .due = WallTime(7s),
            .redriven = 1,
            .history = {{WallTime(6s), "disk \"7\" is full"}}};
  }
  static DeadLetter letter(std::string name, std::size_t bytes = 10) {
    return {.kind = DeadLetterKind::message,
            .name = std::move(name),
            .channel = "Lab",
            .consumer = "VM*",
            .module = "Lab",
            .source = "Setup",
            .message_id = "m-1",
            .sequence = 12,
            .time = WallTime(1s),
            .died = WallTime(2s),
            .priority = "high",
            .correlation_id = "run-7",
            .headers = {{"run", "7"}},
            .content_type = "image/png",
            .payload = std::string("\0\xff", 2) + std::string(bytes, 'x'),
            .reason = "max_deliveries",
            .deliveries = 5,
            .attempts = {{WallTime(2s), "no"}},
            .redriven = 2};
  }
  static std::vector<std::string> names(const DeadLetterPage& page) {
    std::vector<std::string> all;
    for (const DeadLetter& each : page.letters) all.push_back(each.name);
    return all;
  }
  static void add(StateDatabase& state, std::vector<DeadLetter> letters) {
    state.apply({.letters = std::move(letters)}).value();
  }
};

TEST_F(StateDatabaseTest, gives_back_where_consumers_are_after_it_was_opened_again) {
  open()->save(billing()).value();
  const auto state = open();
  ASSERT_EQ(state->consumers()->size(), 1U);
  const ConsumerRow row = state->consumers()->front();
  EXPECT_EQ(row.name, "billing");
  EXPECT_EQ(row.created, WallTime(5s));
  EXPECT_EQ(row.position, billing().position);
  state->apply({.moved = {{"billing", {.next = 20}}, {"unknown", {.next = 3}}}}).value();
  state->set_options("billing", R"({"pattern":"VM*"})").value();
  EXPECT_EQ(state->consumers()->front().position, ConsumerPosition{.next = 20});
  EXPECT_EQ(state->consumers()->front().options, R"({"pattern":"VM*"})");
  state->remove_consumer("billing").value();
  EXPECT_TRUE(open()->consumers()->empty());
}

TEST_F(StateDatabaseTest, keeps_all_of_a_letter) {
  add(*open(), {letter("VMCreated")});
  DeadLetter expected = letter("VMCreated");
  expected.id = 1;
  EXPECT_EQ(open()->letter(1).value(), expected);
  EXPECT_EQ(open()->letter(2).error().reason(), reason::no_event);
}

TEST_F(StateDatabaseTest, a_change_is_done_as_one_or_not_at_all) {
  const auto state = open();
  state->save(billing()).value();
  state->set_fault([] { return Error(Code::internal, reason::input_output, "no power"); });
  EXPECT_FALSE(
      state->apply({.moved = {{"billing", {.next = 20}}}, .letters = {letter("VMCreated")}}));
  state->set_fault({});
  EXPECT_EQ(state->consumers()->front().position, billing().position);
  EXPECT_EQ(state->totals()->letters, 0U);
  EXPECT_TRUE(state->letters({})->letters.empty());
}

TEST_F(StateDatabaseTest, letters_are_chosen_by_every_condition_and_come_in_pages) {
  const auto state = open();
  DeadLetter other = letter("Other");
  other.kind = DeadLetterKind::call;
  other.channel.clear();
  other.died = WallTime(9s);
  add(*state, {letter("A1"), letter("A2"), other, letter("A3")});
  using Names = std::vector<std::string>;
  EXPECT_EQ(names(*state->letters({})), (Names{"A3", "Other", "A2", "A1"}));
  EXPECT_EQ(names(*state->letters({.name = "A*", .oldest_first = true})),
            (Names{"A1", "A2", "A3"}));
  EXPECT_EQ(names(*state->letters({.kind = DeadLetterKind::call})), Names{"Other"});
  EXPECT_EQ(names(*state->letters({.channel = "Lab", .limit = 1})), Names{"A3"});
  EXPECT_EQ(names(*state->letters({.consumer = "nobody"})), Names{});
  EXPECT_EQ(names(*state->letters({.since = WallTime(3s)})), Names{"Other"});
  EXPECT_EQ(state->letter_ids({.until = WallTime(3s), .limit = 1})->size(), 3U);
  Names all;
  DeadLetterQuery query{.limit = 2};
  do {
    const DeadLetterPage page = state->letters(query).value();
    for (const std::string& name : names(page)) all.push_back(name);
    query.cursor = page.next;
  } while (!query.cursor.empty());
  EXPECT_EQ(all, (Names{"A3", "Other", "A2", "A1"}));
  EXPECT_EQ(state->letters({.name = "[a"}).error().reason(), reason::bad_pattern);
  EXPECT_EQ(state->letters({.limit = 0}).error().reason(), reason::validation);
  EXPECT_EQ(state->letters({.cursor = "x"}).error().reason(), reason::validation);
}

TEST_F(StateDatabaseTest, too_many_or_too_large_letters_push_out_the_oldest_and_are_counted) {
  const auto state = open({.max_letters = 3, .max_bytes = 1'000});
  for (const char* name : {"A", "B", "C", "D"}) add(*state, {letter(name)});
  EXPECT_EQ(names(*state->letters({.oldest_first = true})),
            (std::vector<std::string>{"B", "C", "D"}));
  EXPECT_EQ(state->totals()->forgotten, 1U);
  add(*state, {letter("Large", 900)});
  EXPECT_EQ(names(*state->letters({})), std::vector<std::string>{"Large"});
  add(*state, {letter("Larger", 2'000)});
  EXPECT_EQ(names(*state->letters({})), std::vector<std::string>{"Larger"}) << "the newest stays";
  EXPECT_EQ(state->totals()->forgotten, 5U);
  EXPECT_EQ(open()->totals()->bytes, state->totals()->bytes) << "as the rows say";
  EXPECT_EQ(state->remove_letters({6, 99}).value(), 1U);
  EXPECT_EQ(state->totals()->bytes, 0U);
}

TEST_F(StateDatabaseTest, ids_are_never_given_twice) {
  add(*open(), {letter("A")});
  open()->remove_letters({1}).value();
  add(*open(), {letter("B")});
  EXPECT_EQ(open()->letters({})->letters.at(0).id, 2U);
}

TEST_F(StateDatabaseTest, an_older_one_is_brought_up_to_date_with_all_that_it_holds) {
  {
    auto old = Database::open(file).value();
    old.execute(std::string(state_migrations[0])).value();
    old.execute(
           "INSERT INTO consumers VALUES ('billing', '{}', 5000000000, 9);"
           "INSERT INTO pending VALUES ('billing', 4, 2, 7000000000, 1, "
           "'[{\"time\":\"1970-01-01T00:00:06Z\",\"error\":\"disk \\\"7\\\" is full\"}]')")
        .value();
    old.set_version(1).value();
  }
  EXPECT_EQ(StateDatabase::open_to_read(file).error().reason(), reason::version);
  const auto state = open();
  EXPECT_EQ(state->consumers()->front().position,
            (ConsumerPosition{.next = 9, .pending = {pending(4)}}));
  add(*state, {letter("A")});
  EXPECT_EQ(Database::open(file)->version().value(), StateDatabase::version);
}

TEST_F(StateDatabaseTest, one_of_a_later_version_is_refused_and_stays_as_it_is) {
  open()->save(billing()).value();
  Database::open(file)->set_version(99).value();
  for (const auto& refused : {StateDatabase::open(file, {}), StateDatabase::open_to_read(file)}) {
    EXPECT_EQ(refused.error().code(), Code::failed_precondition);
    EXPECT_EQ(refused.error().reason(), reason::version);
    EXPECT_NE(refused.error().message().find("99"), std::string::npos);
  }
  Database::open(file)->set_version(StateDatabase::version).value();
  EXPECT_EQ(open()->consumers()->size(), 1U);
}

TEST_F(StateDatabaseTest, a_damaged_one_is_named_and_never_made_anew) {
  {
    const auto state = open();
    for (int i = 0; i < 50; ++i) add(*state, {letter("A", 2'000)});
  }
  const auto size = std::filesystem::file_size(file);
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  for (const std::size_t at : {size / 4, size / 2}) {
    bytes.seekp(static_cast<std::streamoff>(at / 4'096 * 4'096));
    bytes << std::string(64, '\xee');
  }
  bytes.close();
  const auto refused = StateDatabase::open(file, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::data_loss);
  EXPECT_EQ(refused.error().reason(), reason::damaged_store);
  EXPECT_NE(refused.error().message().find(file), std::string::npos);
  EXPECT_EQ(std::filesystem::file_size(file), size);
}

TEST_F(StateDatabaseTest, may_be_read_beside_its_bus_and_nothing_is_made_by_that) {
  EXPECT_EQ(StateDatabase::open_to_read(file).error().reason(), reason::no_file);
  EXPECT_FALSE(std::filesystem::exists(file));
  const auto state = open();
  add(*state, {letter("A")});
  const auto reader = StateDatabase::open_to_read(file).value();
  EXPECT_EQ(reader->letters({})->letters.size(), 1U);
  EXPECT_FALSE(reader->remove_letters({1}));
}

}  // namespace
}  // namespace modcomm::store
