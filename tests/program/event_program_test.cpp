// modcomm event: the events of a store, listed, exported, imported and cleared.
#include <filesystem>
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

/// A store with three events.
struct EventProgramTest : testing::Test {
  modcomm::testing_support::TemporaryFolder temporary;
  const std::string store = place("events");

  EventProgramTest() {
    modcomm::Bus bus({.store = {.folder = store, .segment_bytes = 65'536}});
    const modcomm::Module lab = bus.module("LabRunner");
    const auto data = modcomm::parse_json(R"({"lab":"web"})").value();
    lab.emit("LabStarted", data, {.correlation_id = "run-7", .persist = true}).value();
    lab.emit("Step", data, {.channel = "Lab", .persist = true}).value();
    lab.emit("LabFinished", {.correlation_id = "run-7", .persist = true}).value();
    bus.stop(5s).value();
  }

  std::string place(const char* name) const { return (temporary.path() / name).string(); }
  static ProgramEnd event(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "event");
    return run_program(std::move(arguments));
  }
  std::string all_lines(const std::string& folder) const {
    return event({"export", "--store", folder}).out;
  }
};

TEST_F(EventProgramTest, ExportsAndImportsInEveryFormat) {
  for (const std::string format : {"jsonl", "json", "csv", "cloudevents"}) {
    SCOPED_TRACE(format);
    const std::string file = place("file");
    const std::string copy = place(format.c_str());
    const ProgramEnd written = event({"export", "--store", store, "--format", format, "-o", file});
    EXPECT_EQ(written.exit_code, 0) << written.err;
    EXPECT_THAT(written.out, HasSubstr("3 events, "));
    const ProgramEnd dry = event({"import", "--store", copy, file, "--dry-run"});
    EXPECT_THAT(dry.out, HasSubstr("3 would be imported, 0 there already"));
    EXPECT_FALSE(std::filesystem::exists(copy));
    const ProgramEnd read = event({"import", "--store", copy, file});
    EXPECT_EQ(read.exit_code, 0) << read.err;
    EXPECT_THAT(read.out, HasSubstr("stored as 1 to 3"));
    EXPECT_EQ(all_lines(copy), all_lines(store));
    const ProgramEnd again = event({"import", "--store", copy, file, "--json"});
    const modcomm::Value report = modcomm::parse_json(again.out).value();
    EXPECT_EQ(report.at("imported"), 0);
    EXPECT_EQ(report.at("known"), 3);
  }
}

TEST_F(EventProgramTest, ChoosesEvents) {
  const auto count = [&](std::vector<std::string> choice) {
    choice.insert(choice.begin(), {"export", "--store", store});
    const ProgramEnd end = event(std::move(choice));
    EXPECT_EQ(end.exit_code, 0) << end.err;
    return std::count(end.out.begin(), end.out.end(), '\n');
  };
  EXPECT_EQ(count({"--name", "Lab*"}), 2);
  EXPECT_EQ(count({"--channel", "Lab"}), 1);
  EXPECT_EQ(count({"--source", "Nobody"}), 0);
  EXPECT_EQ(count({"--correlation", "run-7", "--last", "1"}), 1);
  EXPECT_EQ(count({"--since", "24h"}), 3);
  EXPECT_EQ(count({"--until", "2020-01-01T00:00:00Z"}), 0);
  EXPECT_THAT(event({"export", "--store", store, "--no-data"}).out, testing::Not(HasSubstr("web")));
  EXPECT_EQ(event({"export", "--store", store, "--since", "soon"}).exit_code, 2);
}

TEST_F(EventProgramTest, RefusesADamagedFileAndImportsNothing) {
  const std::string file = temporary.write("bad.jsonl", all_lines(store) + "{\"id\":\n");
  const std::string copy = place("copy");
  const ProgramEnd end = event({"import", "--store", copy, file});
  EXPECT_EQ(end.exit_code, 1);
  EXPECT_THAT(end.err, HasSubstr("bad.jsonl: line 4: "));
  EXPECT_THAT(event({"list", "--store", copy}).out + event({"list", "--store", copy}).err,
              testing::Not(HasSubstr("LabStarted")));
  EXPECT_EQ(event({"import", "--store", copy, place("missing")}).exit_code, 2);
}

TEST_F(EventProgramTest, LeavesNoHalfFileWhereTheDiskIsFull) {
  const ProgramEnd end = event({"export", "--store", store, "-o", "/dev/full"});
  EXPECT_EQ(end.exit_code, 1);
  EXPECT_THAT(end.err, HasSubstr("make room on this disk"));
  EXPECT_EQ(event({"export", "--store", place("nowhere")}).exit_code, 2);
}

TEST_F(EventProgramTest, ListsTheNewest) {
  const ProgramEnd table = event({"list", "--store", store, "--last", "2"});
  EXPECT_EQ(table.exit_code, 0) << table.err;
  EXPECT_THAT(table.out, HasSubstr("SEQUENCE"));
  EXPECT_THAT(table.out, testing::Not(HasSubstr("LabStarted")));
  EXPECT_THAT(table.out, HasSubstr("LabFinished"));
  const ProgramEnd json = event({"list", "--store", store, "--json"});
  EXPECT_EQ(modcomm::parse_json(json.out).value().size(), 3U);
}

TEST_F(EventProgramTest, ClearsOnlyWhenThatIsMeant) {
  const std::vector<std::string> lab{"clear", "--store", store, "--name", "Lab*"};
  const auto with = [&](const char* option) {
    auto arguments = lab;
    arguments.emplace_back(option);
    return event(std::move(arguments));
  };
  EXPECT_EQ(event(lab).exit_code, 2);
  EXPECT_THAT(event(lab).err, HasSubstr("this clears 2 events"));
  EXPECT_THAT(with("--dry-run").out, HasSubstr("LabStarted"));
  EXPECT_THAT(with("--dry-run").out, HasSubstr("2 events would be cleared"));
  EXPECT_THAT(event({"list", "--store", store}).out, HasSubstr("LabStarted"));
  EXPECT_EQ(with("--yes").exit_code, 0);
  EXPECT_THAT(event({"list", "--store", store}).out, testing::Not(HasSubstr("LabStarted")));
}

}  // namespace
