// `modcomm demo` while the world changes: configurations that are saved, repositories of all kinds.
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <modcomm/value.hpp>

#include "support/program.hpp"

namespace {

using modcomm::Value;
using modcomm::testing_support::Program;
using modcomm::testing_support::ProgramEnd;
using modcomm::testing_support::run_program;
using modcomm::testing_support::TemporaryFolder;
using testing::AllOf;
using testing::HasSubstr;

/// Passes on its second attempt, and begins neither to end before the test says so.
constexpr const char* patient_lab =
    "name = 'patient'\n[[step]]\nname = 'waits'\nattempts = 2\n"
    "run = 'until [ -f \"$LAB_FOLDER/go\" ]; do sleep 0.02; done; [ \"$LAB_ATTEMPT\" = 2 ]'\n";

class DemoConfigurationTest : public testing::Test {
 protected:
  DemoConfigurationTest() {
    folder_.write("lab.toml", patient_lab);
    folder_.write("mine.toml", "[LabRunner]\nmax_attempts = 1\n[Elsewhere]\nkey = 1\n");
  }

  std::vector<std::string> arguments() const {
    return {"demo", "--lab", "lab.toml", "--config", "mine.toml", "--commits", "0"};
  }
  const TemporaryFolder& folder() const { return folder_; }

 private:
  TemporaryFolder folder_;
};

TEST_F(DemoConfigurationTest, IsObeyedWhileTheLabRuns) {
  Program program(arguments(), folder().path());
  ASSERT_TRUE(program.wait_for_text("1/1] waits"));
  folder().write("mine.toml", "[LabRunner]\nmax_attempts = 2\n");
  ASSERT_TRUE(program.wait_for_text("ConfigApplied  key=max_attempts value=2"));
  ASSERT_TRUE(program.wait_for_text("key=key module=Elsewhere value=null"));
  folder().write("go", "");
  EXPECT_EQ(program.finish().exit_code, 0);
}

TEST_F(DemoConfigurationTest, IsHeardWhenAnotherFileTakesItsName) {
  Program program(arguments(), folder().path());
  ASSERT_TRUE(program.wait_for_text("1/1] waits"));
  std::filesystem::rename(folder().write("new.toml", "[LabRunner]\nmax_attempts = 2\n"),
                          folder().path() / "mine.toml");
  ASSERT_TRUE(program.wait_for_text("ConfigApplied  key=max_attempts value=2"));
  folder().write("go", "");
  EXPECT_EQ(program.finish().exit_code, 0);
}

TEST_F(DemoConfigurationTest, StaysAsItWasWhenTheNewOneIsBad) {
  Program program(arguments(), folder().path());
  ASSERT_TRUE(program.wait_for_text("1/1] waits"));
  folder().write("mine.toml", "[LabRunner\n");
  ASSERT_TRUE(program.wait_for_text("mine.toml:1:"));
  folder().write("mine.toml", "[LabRunner]\nmax_attempts = 'many'\n");
  ASSERT_TRUE(program.wait_for_text("LabRunner.max_attempts: expected integer, found string"));
  folder().write("mine.toml", "[LabRunner]\nmax_attempts = 0\n");
  ASSERT_TRUE(program.wait_for_text("max_attempts: at least 1"));
  folder().write("mine.toml", "[LabRunner]\nmax_attempts = 1\nmax_attempt = 2\n");
  ASSERT_TRUE(program.wait_for_text("LabRunner.max_attempt: unknown key"));
  folder().write("go", "");
  EXPECT_EQ(program.finish().exit_code, 1) << "one attempt was all that was allowed";
}

class DemoRepositoryTest : public testing::Test {
 protected:
  void git(const std::string& arguments) const {
    const std::string command = "git -C '" + folder_.path().string() +
                                "' -c user.name='A \"B\" C' -c user.email=a@example.org " +
                                arguments + " > /dev/null 2>&1";
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
  }

  /// Answers what the program says of the repository; the story goes into `story_`.
  Value repository(const std::string& commits) {
    folder_.write("lab.toml", "name = 'x'\n[[step]]\nname = 'a'\nrun = 'true'\n");
    const ProgramEnd end =
        run_program({"demo", "--lab", "lab.toml", "--commits", commits, "--json"}, folder_.path(),
                    {"GIT_CEILING_DIRECTORIES=" + folder_.path().parent_path().string()});
    EXPECT_EQ(end.exit_code, 0) << "whatever the repository is, the lab counts";
    story_ = end.err;
    return modcomm::parse_json(end.out).value().at("repository");
  }

  TemporaryFolder folder_;
  std::string story_;
};

TEST_F(DemoRepositoryTest, GivesItsCommitsWhateverTheyHold) {
  git("init");
  git("commit --allow-empty -m first");
  git(R"x(commit --allow-empty -m "$(printf 'tabs\there, "quotes" \033[31m and = signs\n\nbody')")x");
  git("commit --allow-empty --allow-empty-message -m ''");

  const Value all = repository("10");
  EXPECT_EQ(all.at("commits"), 3);
  EXPECT_FALSE(all.contains("fault"));
  EXPECT_THAT(story_, AllOf(HasSubstr(R"(author="A \"B\" C")"), HasSubstr("subject=first"),
                            HasSubstr(R"(\"quotes\" \u001b[31m and = signs")"),
                            HasSubstr(R"(subject="")")));
  EXPECT_EQ(repository("2").at("commits"), 2);
  EXPECT_EQ(repository("0").at("commits"), 0);
}

TEST_F(DemoRepositoryTest, MayStandElsewhere) {
  const TemporaryFolder elsewhere;
  git("init");
  git("commit --allow-empty -m there");
  elsewhere.write("lab.toml", "name = 'x'\n[[step]]\nname = 'a'\nrun = 'true'\n");
  const ProgramEnd end =
      run_program({"demo", "--lab", "lab.toml", "--repo", folder_.path().string(), "--json"},
                  elsewhere.path(), {});
  EXPECT_EQ(modcomm::parse_json(end.out).value().at("repository").at("commits"), 1);
  EXPECT_THAT(end.err, HasSubstr("subject=there"));
}

TEST_F(DemoRepositoryTest, IsNoneOutsideOfOne) {
  const Value none = repository("5");
  EXPECT_EQ(none.at("commits"), 0);
  EXPECT_THAT(none.at("fault"), HasSubstr("not a git repository"));
  EXPECT_THAT(story_, HasSubstr("RepositoryUnavailable"));
}

TEST_F(DemoRepositoryTest, MayBeEmpty) {
  git("init");
  const Value empty = repository("5");
  EXPECT_EQ(empty.at("commits"), 0);
  EXPECT_THAT(empty.at("fault"), HasSubstr("does not have any commits yet"));
}

}  // namespace
