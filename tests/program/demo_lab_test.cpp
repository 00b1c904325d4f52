// `modcomm demo` on real labs: what passes, fails, hangs, retries, and what stays behind.
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

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
using testing::Not;

/// A step of a lab file; `more` are further lines of it.
std::string step(const std::string& name, const std::string& run, const std::string& more = {}) {
  return "[[step]]\nname = '" + name + "'\nrun = '''\n" + run + "\n'''\n" + more + "\n";
}

/// Labs of a test's own, in a folder of their own.
class DemoLabTest : public testing::Test {
 protected:
  std::vector<std::string> arguments(const std::string& steps) const {
    folder_.write("lab.toml", "name = 'test'\n" + steps);
    return {"demo", "--lab", "lab.toml", "--commits", "0"};
  }

  ProgramEnd run(const std::string& steps) const {
    return run_program(arguments(steps), folder_.path());
  }

  /// Runs with --json and answers its document.
  Value report(const std::string& steps, int exit_code) const {
    std::vector<std::string> all = arguments(steps);
    all.emplace_back("--json");
    const ProgramEnd end = run_program(all, folder_.path());
    EXPECT_EQ(end.exit_code, exit_code) << end.err;
    return modcomm::parse_json(end.out).value();
  }

  const TemporaryFolder& folder() const { return folder_; }

 private:
  TemporaryFolder folder_;
};

/// Reads end-of-file when the last process that holds its other end is gone.
class Lifeline {
 public:
  explicit Lifeline(const std::filesystem::path& fifo) {
    if (::mkfifo(fifo.c_str(), 0600) == 0) end_ = ::open(fifo.c_str(), O_RDONLY | O_NONBLOCK);
  }
  Lifeline(const Lifeline&) = delete;
  Lifeline& operator=(const Lifeline&) = delete;
  ~Lifeline() { ::close(end_); }

  /// Blocks while anybody holds it, and answers what they wrote.
  std::string wait() const {
    ::fcntl(end_, F_SETFL, 0);
    std::string text;
    for (char c = 0; ::read(end_, &c, 1) == 1;) text.push_back(c);
    return text;
  }

 private:
  int end_ = -1;
};

void expect_conserved(const Value& channels) {
  for (const Value& channel : channels) {
    const auto count = [&](const char* name) { return channel.at(name).get<std::uint64_t>(); };
    EXPECT_EQ(count("accepted"),
              count("completed") + count("expired") + count("dropped") + count("queued"))
        << channel.dump();
    EXPECT_EQ(count("queued"), 0U) << channel.dump();
    EXPECT_EQ(count("failed"), 0U) << channel.dump();
  }
}

void expect_the_story(const ProgramEnd& end) {
  ASSERT_EQ(end.exit_code, 0) << end.err;
  const Value report = modcomm::parse_json(end.out).value();
  EXPECT_TRUE(report.at("passed").get<bool>());
  const Value& steps = report.at("lab").at("steps");
  EXPECT_GE(steps.size(), 8U);
  int attempts = 0;
  for (const Value& one : steps) attempts += one.at("attempts").get<int>();
  EXPECT_EQ(attempts, static_cast<int>(steps.size()) + 1) << "one step succeeds when tried again";
  EXPECT_GE(steps.at(2).at("progress"), 4) << "one step tells how far it is";
  EXPECT_EQ(report.at("rollout").at("found"), 8) << "the inventory came back";
  EXPECT_GE(report.at("operations").size(), 2U);
  EXPECT_TRUE(report.at("settings").at("LabRunner").at("verbose").get<bool>())
      << "a step changed the configuration";
  EXPECT_GE(report.at("channels").size(), 6U);
  expect_conserved(report.at("channels"));
}

TEST(DemoTest, RunsTheLabOfTheRepository) {
  expect_the_story(run_program({"demo", "--json"}, MODCOMM_SOURCE_DIR));
}

TEST(DemoTest, RunsTheBuiltInLabElsewhere) {
  const TemporaryFolder folder;
  const ProgramEnd end =
      run_program({"demo", "--json", "--quiet"}, folder.path(),
                  {"TMPDIR=" + folder.path().string(),
                   "GIT_CEILING_DIRECTORIES=" + folder.path().parent_path().string()});
  expect_the_story(end);
  EXPECT_EQ(end.err, "") << "--quiet tells no story";
  EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << "the work folder is gone";
}

TEST(DemoTest, EndsWithATableOfEveryChannel) {
  const TemporaryFolder folder;
  folder.write("lab.toml", "name = 'x'\n[[step]]\nname = 'a'\nrun = 'true'\n");
  const ProgramEnd end = run_program({"demo", "--lab", "lab.toml"}, folder.path(), {});
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_THAT(end.out, testing::ContainsRegex("channel +accepted +completed +expired +dropped +"
                                              "queued +wait p50 +wait p99"));
  EXPECT_THAT(end.out, testing::ContainsRegex(
                           "\nProgress +[1-9][0-9]* +[1-9][0-9]* +0 +0 +0 +[0-9.]+ ?[num]?s +"
                           "[0-9.]+ ?[num]?s"));
  EXPECT_THAT(end.out, testing::ContainsRegex("operation +calls +failed +refused +retried"));
}

TEST_F(DemoLabTest, StopsAtAFailingStepAndShowsItsOutput) {
  const std::string lab = step("first", "echo fine") +
                          step("second", "echo to the log; echo and to the errors >&2; exit 7") +
                          step("third", "touch \"$LAB_FOLDER/third\"");
  const ProgramEnd end = run(lab);
  EXPECT_EQ(end.exit_code, 1);
  EXPECT_THAT(end.out,
              AllOf(HasSubstr("| to the log\n"), HasSubstr("| and to the errors\n"),
                    HasSubstr("step 'second' exited with 7"), HasSubstr("1 of 3 steps passed")));
  EXPECT_FALSE(std::filesystem::exists(folder().path() / "third"));

  const Value steps = report(lab, 1).at("lab").at("steps");
  EXPECT_EQ(steps.at(1).at("output"), "to the log\nand to the errors\n");
  EXPECT_EQ(steps.at(1).at("outcome"), "failed");
  EXPECT_EQ(steps.at(2).at("outcome"), "skipped");
}

TEST_F(DemoLabTest, TriesAgainAsOftenAsAStepAllows) {
  const std::string third_time = "echo $LAB_ATTEMPT >> tries; [ \"$LAB_ATTEMPT\" = 3 ]";
  EXPECT_EQ(
      report(step("s", third_time, "attempts = 2"), 1).at("lab").at("steps").at(0).at("attempts"),
      2);
  EXPECT_EQ(
      report(step("s", third_time, "attempts = 3"), 0).at("lab").at("steps").at(0).at("attempts"),
      3);
}

TEST_F(DemoLabTest, NamesTheSignalThatKillsAStep) {
  const ProgramEnd end = run(step("dies", "echo last words; kill -SEGV $$"));
  EXPECT_EQ(end.exit_code, 1);
  EXPECT_THAT(end.out, AllOf(HasSubstr("killed by signal 11 (SEGV)"), HasSubstr("| last words")));
}

TEST_F(DemoLabTest, SaysWhyACommandCannotStart) {
  const ProgramEnd end = run("[[step]]\nname = 'ghost'\nrun = ['no-such-program-here', '-x']\n");
  EXPECT_EQ(end.exit_code, 1);
  EXPECT_THAT(end.out, HasSubstr("cannot start 'no-such-program-here': No such file"));
}

TEST_F(DemoLabTest, EndsAHangingStepWithAllItStarted) {
  const Lifeline lifeline(folder().path() / "lifeline");
  const ProgramEnd end = run(step("hangs",
                                  "exec 3> \"$LAB_FOLDER/lifeline\"; trap '' TERM; echo begun >&3\n"
                                  "echo waiting; sleep 1000 & sleep 1000",
                                  "timeout = '300ms'"));
  EXPECT_EQ(end.exit_code, 1);
  EXPECT_THAT(end.out, AllOf(HasSubstr("timed out and was killed"), HasSubstr("| waiting")));
  EXPECT_EQ(lifeline.wait(), "begun\n");
}

TEST_F(DemoLabTest, EndsWhatAFinishedStepLeavesBehind) {
  const Lifeline lifeline(folder().path() / "lifeline");
  const ProgramEnd end =
      run(step("leaves", "exec 3> \"$LAB_FOLDER/lifeline\"; echo begun >&3; sleep 1000 & exit 0"));
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_EQ(lifeline.wait(), "begun\n");
}

TEST_F(DemoLabTest, EndsALabThatOutlivesItsTime) {
  folder().write("lab.toml", "name = 'late'\ntimeout = '300ms'\n" + step("a", "sleep 1000"));
  const ProgramEnd end =
      run_program({"demo", "--lab", "lab.toml", "--commits", "0"}, folder().path());
  EXPECT_EQ(end.exit_code, 1);
  EXPECT_THAT(end.out, HasSubstr("step 'a' timed out"));
}

TEST_F(DemoLabTest, KeepsTheEndOfEndlessOutput) {
  const Value report_of = report(step("talks", "yes line | head -n 5000000; echo the end"), 0);
  const auto output = report_of.at("lab").at("steps").at(0).at("output").get<std::string>();
  EXPECT_LE(output.size(), std::size_t{64} << 10U);
  EXPECT_THAT(output, testing::EndsWith("line\nthe end\n"));
}

TEST_F(DemoLabTest, GivesStepsAQuietRoomOfTheirOwn) {
  const Value report_of =
      report(step("room",
                  "[ \"$PWD\" = \"$LAB_WORK\" ] && [ -f \"$LAB_CONFIG\" ] && "
                  "[ -f \"$LAB_FOLDER/lab.toml\" ] && echo \"$LAB_STEP $LAB_ATTEMPT\" && wc -c"),
             0);
  EXPECT_EQ(report_of.at("lab").at("steps").at(0).at("output"), "room 1\n0\n");
}

TEST_F(DemoLabTest, ShowsNothingThatSteersATerminal) {
  const ProgramEnd end = run(step("evil", R"(printf '\033[31mred\033]0;title\007\nx\n'; exit 1)"));
  EXPECT_THAT(end.out, AllOf(HasSubstr("?[31mred?]0;title?"), Not(HasSubstr("\033"))));
}

TEST_F(DemoLabTest, LeavesTheWorkFolderWhenAsked) {
  std::vector<std::string> all = arguments(step("mark", "echo here > mark"));
  all.emplace_back("--keep");
  const ProgramEnd end = run_program(all, folder().path(), {"TMPDIR=" + folder().path().string()});
  EXPECT_EQ(end.exit_code, 0);
  int marks = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder().path())) {
    if (std::filesystem::exists(entry.path() / "mark")) ++marks;
  }
  EXPECT_EQ(marks, 1);
}

TEST_F(DemoLabTest, ObeysSignalsWithinAStep) {
  const Lifeline lifeline(folder().path() / "lifeline");
  for (const int signal : {SIGINT, SIGTERM}) {
    Program program(arguments(step("waits", "exec 3> \"$LAB_FOLDER/lifeline\"; sleep 1000") +
                              step("never", "true")),
                    folder().path(), {"TMPDIR=" + folder().path().string()});
    ASSERT_TRUE(program.wait_for_text("[ 1/2] waits"));
    program.signal(signal);
    const ProgramEnd end = program.finish();
    EXPECT_EQ(end.exit_code, 128 + signal);
    EXPECT_THAT(end.out,
                AllOf(HasSubstr("step 'waits' stopped"), HasSubstr("0 of 2 steps passed")));
    lifeline.wait();
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder().path())) {
    EXPECT_FALSE(entry.is_directory()) << "the work folder stayed: " << entry.path();
  }
}

TEST_F(DemoLabTest, ObeysSignalsBetweenSteps) {
  std::vector<std::string> all = arguments(step("a", "true") + step("b", "true"));
  folder().write("slow.toml", "[LabDriver]\npause_between_steps = '1m'\n");
  all.insert(all.end(), {"--config", "slow.toml"});
  Program program(all, folder().path());
  ASSERT_TRUE(program.wait_for_text("StepFinished"));
  program.signal(SIGINT);
  const ProgramEnd end = program.finish();
  EXPECT_EQ(end.exit_code, 130);
  EXPECT_THAT(end.out, HasSubstr("stopped; 1 of 2 steps passed"));
}

}  // namespace
