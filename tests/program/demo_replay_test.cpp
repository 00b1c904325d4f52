// What a run of the demo was like is told again from its store.
#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <modcomm/store.hpp>

#include "support/program.hpp"

namespace {

using modcomm::testing_support::ProgramEnd;
using modcomm::testing_support::run_program;
using testing::HasSubstr;

struct DemoReplayTest : testing::Test {
  modcomm::testing_support::TemporaryFolder folder;
  const std::string store = (folder.path() / "kept").string();

  ProgramEnd demo(const std::string& step, std::vector<std::string> more = {}) {
    folder.write("lab.toml", "name = 'test'\n[[step]]\nname = 'a'\nrun = '''\n" + step + "\n'''\n");
    more.insert(more.begin(), {"demo", "--lab", "lab.toml", "--commits", "0", "--store", store});
    return run_program(std::move(more), folder.path());
  }
  ProgramEnd replay(std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"demo", "--replay", "--store", store});
    return run_program(std::move(more), folder.path());
  }
  /// The lines that begin with a time of day, in the order of the times, and the verdict.
  static std::vector<std::string> story(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
      const bool timed = line.size() > 12 && line[2] == ':' && line[5] == ':' && line[8] == '.';
      if (timed || line.starts_with("PASS") || line.starts_with("FAIL")) lines.push_back(line);
    }
    std::ranges::sort(lines);
    return lines;
  }
};

TEST_F(DemoReplayTest, TellsTheSameStoryWithTheSameEnd) {
  const ProgramEnd passed = demo("echo hello; echo >> \"$LAB_CONFIG\"");
  EXPECT_EQ(passed.exit_code, 0) << passed.err;
  EXPECT_THAT(passed.out, HasSubstr("kept (--replay tells them again)"));
  EXPECT_GE(story(passed.out).size(), 3U);
  const ProgramEnd again = replay();
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(story(again.out), story(passed.out));

  const ProgramEnd failed = demo("echo broken >&2; exit 3", {"--json"});
  EXPECT_EQ(failed.exit_code, 1);
  const ProgramEnd failed_again = replay({"--json"});
  EXPECT_EQ(failed_again.exit_code, 1);
  EXPECT_EQ(story(failed_again.err), story(failed.err)) << "the last run alone";
  EXPECT_EQ(modcomm::parse_json(failed_again.out).value(), modcomm::parse_json(failed.out).value());
}

TEST_F(DemoReplayTest, KeepsWhatTheLabDidAsEvents) {
  demo("true");
  std::vector<std::string> names;
  modcomm::read_store(store, {.channel = "Lab", .limit = 0}, [&](const modcomm::Event& event) {
    names.emplace_back(event.name());
  }).value();
  EXPECT_THAT(names,
              testing::ElementsAre("LabStarted", "StepStarted", "StepFinished", "LabFinished"));
}

TEST_F(DemoReplayTest, SaysWhereNothingIsKept) {
  const ProgramEnd end = replay();
  EXPECT_EQ(end.exit_code, 2);
  EXPECT_THAT(end.err, HasSubstr("no run of the demo is kept in " + store));
  EXPECT_THAT(end.err, HasSubstr("run `modcomm demo` first"));
}

TEST_F(DemoReplayTest, GoesOnWithoutAStoreWhereThereCanBeNone) {
  folder.write("lab.toml", "name = 'test'\n[[step]]\nname = 'a'\nrun = 'true'\n");
  const std::vector<std::string> arguments{"demo", "--lab", "lab.toml", "--commits", "0"};
  const ProgramEnd end = run_program(arguments, folder.path(), {"XDG_STATE_HOME=/dev/null"});
  EXPECT_EQ(end.exit_code, 0) << end.err;
  EXPECT_THAT(end.out, HasSubstr("events         are not kept: "));
  EXPECT_THAT(end.out, HasSubstr("PASS"));

  auto asked = arguments;
  asked.insert(asked.end(), {"--store", "/dev/null/x"});
  EXPECT_EQ(run_program(asked, folder.path()).exit_code, 2) << "a store that was asked for";
}

TEST_F(DemoReplayTest, KeepsItWhereStateBelongs) {
  folder.write("lab.toml", "name = 'test'\n[[step]]\nname = 'a'\nrun = 'true'\n");
  const std::vector<std::string> home{"XDG_STATE_HOME=", "HOME=" + folder.path().string()};
  run_program({"demo", "--lab", "lab.toml", "--commits", "0"}, folder.path(), home);
  const ProgramEnd end = run_program({"demo", "--replay"}, folder.path(), home);
  EXPECT_EQ(end.exit_code, 0) << end.err;
  EXPECT_TRUE(modcomm::read_store((folder.path() / ".local/state/modcomm/demo").string()));
}

}  // namespace
