// `modcomm demo` on labs and configurations that cannot be: refused by place, before anything runs.
#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/program.hpp"

namespace {

using modcomm::testing_support::ProgramEnd;
using modcomm::testing_support::run_program;
using modcomm::testing_support::TemporaryFolder;
using testing::AllOf;
using testing::HasSubstr;

struct BadLab {
  std::string name;
  std::string text;   ///< After a first step that would leave a mark.
  std::string fault;  ///< What the program must say.
};

std::ostream& operator<<(std::ostream& out, const BadLab& lab) { return out << lab.name; }

class BadLabTest : public testing::TestWithParam<BadLab> {};

TEST_P(BadLabTest, IsRefusedByPlaceAndNothingRuns) {
  const TemporaryFolder folder;
  folder.write("lab.toml",
               "name = \"bad\"\n[[step]]\nname = \"mark\"\n"
               "run = 'touch \"$LAB_FOLDER/ran\"'\n" +
                   GetParam().text);

  const ProgramEnd end = run_program({"demo", "--lab", "lab.toml", "--json"}, folder.path());

  EXPECT_EQ(end.exit_code, 2);
  EXPECT_THAT(end.err, HasSubstr(GetParam().fault));
  EXPECT_EQ(end.out, "");
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "ran"));
}

INSTANTIATE_TEST_SUITE_P(
    DemoTest, BadLabTest,
    testing::Values(
        BadLab{"syntax", "[[step]\n", "lab.toml:5:"},
        BadLab{"unfinished_text", "run = \"sha256sum\n", "lab.toml:5:"},
        BadLab{"no_utf8", "\xff\xfe", "invalid utf-8"},
        BadLab{"unknown_key", "colour = 3\n", "lab.toml:5:10: step[0].colour: unknown key"},
        BadLab{"no_command", "[[step]]\nname = \"b\"\n", "lab.toml:5:1: step[1].run: missing"},
        BadLab{"empty_line", "[[step]]\nname = \"b\"\nrun = ' '\n",
               "lab.toml:7:7: step[1].run: must name a command"},
        BadLab{"empty_list", "[[step]]\nname = \"b\"\nrun = []\n",
               "lab.toml:7:7: step[1].run: must name a command"},
        BadLab{"wrong_type", "attempts = \"two\"\n",
               "lab.toml:5:12: step[0].attempts: expected integer, found string"},
        BadLab{"negative_timeout", "timeout = \"-5s\"\n",
               "lab.toml:5:11: step[0].timeout: must be more than 0"},
        BadLab{"bare_number", "timeout = 5\n", "lab.toml:5:11: step[0].timeout: expected"},
        BadLab{"no_unit", "timeout = \"5\"\n", "lab.toml:5:11: step[0].timeout: "},
        BadLab{"no_attempts", "attempts = 0\n", "step[0].attempts: must be from 1 to 20"},
        BadLab{"no_hosts", "[rollout]\nhosts = []\ninventory = ['ok']\n",
               "lab.toml:6:9: rollout.hosts: must name a host"},
        BadLab{"strange_host", "[rollout]\nhosts = ['a/b']\ninventory = ['ok']\n",
               "lab.toml:6:10: rollout.hosts[0]: must be letters"},
        BadLab{"no_mood", "[rollout]\nhosts = ['a']\ninventory = []\n",
               "lab.toml:7:13: rollout.inventory: must say"},
        BadLab{"strange_mood", "[rollout]\nhosts = ['a']\ninventory = ['sulking']\n",
               "lab.toml:7:14: rollout.inventory[0]: "},
        BadLab{"same_name", "[[step]]\nname = \"mark\"\nrun = 'true'\n",
               "lab.toml:6:8: step[1].name: there is a step 'mark' already"}),
    [](const auto& lab) { return lab.param.name; });

TEST(DemoInputTest, NamesEveryFaultAtOnce) {
  const TemporaryFolder folder;
  folder.write("lab.toml", "[[step]]\nname = 'a'\nrun = ''\ntimeout = '0s'\nattempts = 101\n");
  const ProgramEnd first = run_program({"demo", "--lab", "lab.toml"}, folder.path());
  EXPECT_THAT(first.err, HasSubstr("lab.toml: name: missing, but required"));

  folder.write("lab.toml", "name = 'x'\n" + folder.read("lab.toml"));
  const ProgramEnd second = run_program({"demo", "--lab", "lab.toml"}, folder.path());
  EXPECT_THAT(second.err, AllOf(HasSubstr("lab.toml:4:7: step[0].run"),
                                HasSubstr("lab.toml:5:11: step[0].timeout"),
                                HasSubstr("lab.toml:6:12: step[0].attempts")));
}

TEST(DemoInputTest, RefusesFilesThatAreNone) {
  const TemporaryFolder folder;
  folder.write("empty.toml", "");
  folder.write("huge.toml", std::string((1U << 20U) + 1, '#'));
  const auto refused = [&](const std::string& option, const std::string& file) {
    const ProgramEnd end = run_program({"demo", option, file}, folder.path());
    EXPECT_EQ(end.exit_code, 2) << file;
    EXPECT_THAT(end.err, HasSubstr(file));
    return end.err;
  };
  EXPECT_THAT(refused("--lab", "missing.toml"), HasSubstr("there is no such file"));
  EXPECT_THAT(refused("--lab", "/dev/zero"), HasSubstr("no regular file"));
  EXPECT_THAT(refused("--lab", folder.path()), HasSubstr("no regular file"));
  EXPECT_THAT(refused("--lab", "huge.toml"), HasSubstr("larger than 1 MiB"));
  EXPECT_THAT(refused("--lab", "empty.toml"), HasSubstr("step: missing"));
  EXPECT_THAT(refused("--config", "missing.toml"), HasSubstr("there is no such file"));
}

TEST(DemoInputTest, RefusesConfigurationsThatAreNone) {
  const TemporaryFolder folder;
  folder.write("lab.toml", "name = 'x'\n[[step]]\nname = 'a'\nrun = 'touch \"$LAB_FOLDER/ran\"'\n");
  const auto refused = [&](const std::string& text) {
    folder.write("mine.toml", text);
    const ProgramEnd end =
        run_program({"demo", "--lab", "lab.toml", "--config", "mine.toml"}, folder.path());
    EXPECT_EQ(end.exit_code, 2);
    return end.err;
  };
  EXPECT_THAT(refused("[LabRunner\n"), HasSubstr("mine.toml:1:"));
  EXPECT_THAT(refused("\nverbose = true\n"), HasSubstr("mine.toml:2:11: verbose: "));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "ran"));
}

}  // namespace
