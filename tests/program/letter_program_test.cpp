// modcomm letter and modcomm consumer: what could not be handled, and how far durable consumers are.
#include <atomic>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <modcomm/bus.hpp>

#include "support/program.hpp"

namespace {

using namespace std::chrono_literals;
using modcomm::testing_support::ProgramEnd;
using modcomm::testing_support::run_program;
using testing::HasSubstr;
using testing::Not;

/// A store with three events, which "billing" could not handle.
struct LetterProgramTest : testing::Test {
  modcomm::testing_support::TemporaryFolder temporary;
  const std::string store = (temporary.path() / "events").string();

  LetterProgramTest() {
    auto bus = open();
    static_cast<void>(bus->consumers().create("billing", {.max_deliveries = 1}).value());
    const auto fail = [](const modcomm::Event&) { throw std::runtime_error("disk 7 is full"); };
    const auto member = bus->module("Accounts").consume("billing", fail).value();
    const auto data = modcomm::parse_json(R"({"lab":"web"})").value();
    for (const char* name : {"VMCreated", "VMRemoved", "LabFinished"}) {
      bus->module("LabRunner").emit(name, data, {.persist = true}).value();
    }
    bus->consumers().wait_until_done("billing", 5s).value();
  }

  std::unique_ptr<modcomm::Bus> open() const {
    return std::make_unique<modcomm::Bus>(
        modcomm::BusOptions{.store = {.folder = store, .segment_bytes = 65'536}});
  }
  ProgramEnd run(const char* verb, const char* action, std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {verb, action, "--store", store});
    return run_program(std::move(more));
  }
  ProgramEnd letter(const char* action, std::vector<std::string> more = {}) const {
    return run("letter", action, std::move(more));
  }
  ProgramEnd consumer(const char* action, std::vector<std::string> more = {}) const {
    return run("consumer", action, std::move(more));
  }
};

TEST_F(LetterProgramTest, ListsAndShowsThem) {
  const ProgramEnd table = letter("list", {"--name", "VM*"});
  EXPECT_EQ(table.exit_code, 0) << table.err;
  EXPECT_THAT(table.out, HasSubstr("ATTEMPTS"));
  EXPECT_THAT(table.out, HasSubstr("VMCreated"));
  EXPECT_THAT(table.out, Not(HasSubstr("LabFinished")));
  EXPECT_THAT(letter("list", {"--last", "1"}).out, Not(HasSubstr("VMCreated")));
  EXPECT_THAT(letter("list", {"--kind", "call"}).out, HasSubstr("no letters match"));
  const ProgramEnd whole = letter("show", {"1"});
  EXPECT_THAT(whole.out, HasSubstr("disk 7 is full"));
  const auto json = modcomm::parse_json(letter("show", {"1", "--json"}).out).value();
  EXPECT_EQ(json.at("name"), "VMCreated");
  EXPECT_EQ(json.at("consumer"), "billing");
  EXPECT_EQ(json.at("data").at("lab"), "web");
  EXPECT_EQ(letter("show", {"99"}).exit_code, 2);
}

TEST_F(LetterProgramTest, GivesThemBackToTheirConsumer) {
  const ProgramEnd dry = letter("redrive", {"--name", "VM*", "--dry-run"});
  EXPECT_THAT(dry.out, HasSubstr("2 of 2 would be redriven"));
  const ProgramEnd done = letter("redrive", {"--name", "VM*"});
  EXPECT_EQ(done.exit_code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("2 of 2 redriven, 0 refused, 0 failed"));
  EXPECT_EQ(letter("redrive", {"3"}).exit_code, 0);
  EXPECT_THAT(letter("list").out, HasSubstr("no letters match"));
  std::atomic<int> handled = 0;
  auto bus = open();
  const auto count = [&](const modcomm::Event&) { ++handled; };
  const auto member = bus->module("Accounts").consume("billing", count).value();
  bus->consumers().wait_until_done("billing", 5s).value();
  EXPECT_EQ(handled, 3);
}

TEST_F(LetterProgramTest, PurgesOnlyWhatIsMeant) {
  EXPECT_EQ(letter("purge", {"--name", "VM*"}).exit_code, 2);
  EXPECT_THAT(letter("purge", {"--name", "VM*"}).err, HasSubstr("this purges 2 letters for good"));
  EXPECT_THAT(letter("purge", {"--name", "VM*", "--dry-run"}).out,
              HasSubstr("2 letters would be purged"));
  EXPECT_EQ(letter("purge", {"--name", "VM*", "--yes"}).exit_code, 0);
  const std::string left = letter("list").out;
  EXPECT_THAT(left, HasSubstr("LabFinished"));
  EXPECT_THAT(left, Not(HasSubstr("VMCreated")));
  EXPECT_EQ(letter("purge", {"3", "--yes"}).exit_code, 0);
  EXPECT_EQ(letter("purge", {"3", "--yes"}).exit_code, 2) << "it is gone";
}

TEST_F(LetterProgramTest, ShowsMovesAndRemovesConsumers) {
  EXPECT_THAT(consumer("list").out, HasSubstr("billing"));
  const auto all = modcomm::parse_json(consumer("list", {"--json"}).out).value();
  EXPECT_EQ(all.at(0).at("position"), 3);
  EXPECT_EQ(consumer("seek", {"billing", "2"}).exit_code, 2) << "without --yes";
  EXPECT_THAT(consumer("seek", {"billing", "2", "--dry-run"}).out, HasSubstr("from position 3"));
  EXPECT_THAT(consumer("seek", {"billing", "2", "--yes"}).out,
              HasSubstr("goes on behind 1; 2 events"));
  EXPECT_THAT(consumer("seek", {"billing", "end", "--yes"}).out, HasSubstr("0 events"));
  EXPECT_EQ(consumer("seek", {"billing", "soon", "--yes"}).exit_code, 2);
  EXPECT_EQ(consumer("remove", {"nobody", "--yes"}).exit_code, 2);
  EXPECT_EQ(consumer("remove", {"billing", "--yes"}).exit_code, 0);
  EXPECT_THAT(consumer("list").out, HasSubstr("there are no durable consumers"));
}

TEST_F(LetterProgramTest, MakesNoStoreWhereThereIsNone) {
  const std::string nowhere = (temporary.path() / "nowhere").string();
  for (const char* verb : {"letter", "consumer"}) {
    const ProgramEnd end = run_program({verb, "list", "--store", nowhere});
    EXPECT_EQ(end.exit_code, 2);
    EXPECT_THAT(end.err, HasSubstr("there is no store"));
  }
  EXPECT_FALSE(std::filesystem::exists(nowhere));
}

}  // namespace
