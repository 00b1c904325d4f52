// What `modcomm demo` shows of calls: steps that are retried and tell of their progress, and an
// inventory that fails, hangs and comes back, or does not.
#include <array>
#include <csignal>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
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

constexpr const char* one_step = "name = 'test'\n[[step]]\nname = 'a'\nrun = 'true'\n";

class DemoCallsTest : public testing::Test {
 protected:
  std::vector<std::string> arguments(const std::string& lab) const {
    folder_.write("lab.toml", lab);
    return {"demo", "--lab", "lab.toml", "--commits", "0"};
  }
  ProgramEnd run_json(const std::string& lab) const {
    std::vector<std::string> all = arguments(lab);
    all.emplace_back("--json");
    return run_program(all, folder_.path());
  }
  const TemporaryFolder& folder() const { return folder_; }

 private:
  TemporaryFolder folder_;
};

Value operation(const Value& report, const std::string& name) {
  for (const Value& one : report.at("operations")) {
    if (one.at("operation") == name) return one;
  }
  ADD_FAILURE() << "no operation " << name;
  return {};
}

std::vector<std::string> changes(const Value& breaker) {
  std::vector<std::string> all;
  for (const Value& change : breaker.at("history")) {
    all.push_back(change.at("from").get<std::string>() + " -> " +
                  change.at("to").get<std::string>());
  }
  return all;
}

TEST_F(DemoCallsTest, ABreakerOpensAndRecovers) {
  const ProgramEnd end =
      run_json(std::string(one_step) +
               "[rollout]\nhosts = ['w1', 'w2', 'w3', 'w4', 'w5', 'w6']\n"
               "inventory = ['ok', 'unavailable', 'unavailable', 'unavailable', 'ok']\n");
  EXPECT_EQ(end.exit_code, 0) << end.err;
  const Value report = modcomm::parse_json(end.out).value();
  EXPECT_EQ(report.at("rollout").at("found"), 6);

  const Value lookup = operation(report, "Inventory.Lookup");
  const Value& breaker = lookup.at("breaker");
  EXPECT_EQ(breaker.at("state"), "closed");
  ASSERT_GE(changes(breaker).size(), 3U);
  EXPECT_EQ(changes(breaker).front(), "closed -> open");
  EXPECT_EQ(changes(breaker).back(), "half_open -> closed");
  EXPECT_LE(report.at("rollout").at("requests").get<int>(),
            lookup.at("attempts").get<int>() - breaker.at("counts").at("rejected").get<int>())
      << "what the breaker refused never came to the service";
  EXPECT_THAT(end.err, AllOf(HasSubstr("\"closed -> open: consecutive_failures\""),
                             HasSubstr("\"open -> half_open: open_time_over\""),
                             HasSubstr("\"half_open -> closed: trials_succeeded\"")));
}

TEST_F(DemoCallsTest, AnInventoryThatDoesNotComeBackFailsTheDemo) {
  const ProgramEnd end =
      run_json(std::string(one_step) +
               "[rollout]\nhosts = ['w1', 'w2']\ninventory = ['ok', 'unavailable']\n");
  EXPECT_EQ(end.exit_code, 1);
  EXPECT_THAT(end.err, HasSubstr("FAIL  the inventory did not come back: host 'w2' was missed"));
  const Value report = modcomm::parse_json(end.out).value();
  EXPECT_FALSE(report.at("passed").get<bool>());
  EXPECT_TRUE(report.at("lab").at("passed").get<bool>());
  EXPECT_EQ(report.at("rollout").at("found"), 1);
  EXPECT_NE(operation(report, "Inventory.Lookup").at("breaker").at("state"), "closed");
}

TEST_F(DemoCallsTest, NoHostIsAskedForAfterAStepThatFailed) {
  const ProgramEnd end = run_json(
      "name = 'test'\n[[step]]\nname = 'a'\nrun = 'false'\n"
      "[rollout]\nhosts = ['w1']\ninventory = ['ok']\n");
  EXPECT_EQ(end.exit_code, 1);
  const Value report = modcomm::parse_json(end.out).value();
  EXPECT_FALSE(report.contains("rollout"));
  EXPECT_EQ(operation(report, "Inventory.Lookup").at("calls"), 0);
}

TEST_F(DemoCallsTest, AStepIsRetriedByItsOperation) {
  const ProgramEnd end = run_json(
      "name = 'test'\n[[step]]\nname = 'a'\nattempts = 3\nrun = '[ \"$LAB_ATTEMPT\" = 2 ]'\n"
      "[[step]]\nname = 'b'\nrun = 'true'\n");
  EXPECT_EQ(end.exit_code, 0) << end.err;
  const Value report = modcomm::parse_json(end.out).value();
  const Value execute = operation(report, "LabRunner.ExecuteStep");
  EXPECT_EQ(execute.at("calls"), 2);
  EXPECT_EQ(execute.at("failed"), 0);
  EXPECT_EQ(execute.at("attempts"), 3);
  EXPECT_EQ(execute.at("retried"), 1);
  EXPECT_EQ(execute.at("breaker").at("counts").at("failed"), 0) << "the runner itself is well";
}

TEST_F(DemoCallsTest, ProgressIsSeenWhileAStepRuns) {
  Program program(arguments("name = 'test'\n[[step]]\nname = 'packs'\nrun = '''\n"
                            "echo '[1/2] the first half'\n"
                            "until [ -f \"$LAB_FOLDER/go\" ]; do sleep 0.02; done\n'''\n"),
                  folder().path());
  ASSERT_TRUE(program.wait_for_text("[ 1/1] packs  50% the first half"));
  folder().write("go", "");
  EXPECT_EQ(program.finish().exit_code, 0);
}

/// A pipe whose other end every process holds that the next program starts, however far down.
class Tether {
 public:
  Tether() { EXPECT_EQ(::pipe(ends_.data()), 0); }
  Tether(const Tether&) = delete;
  Tether& operator=(const Tether&) = delete;
  ~Tether() { ::close(ends_[0]); }

  void let_go() const { ::close(ends_[1]); }
  /// Returns when the last of them has ended.
  void wait() const {
    char nothing = 0;
    EXPECT_EQ(::read(ends_[0], &nothing, 1), 0);
  }

 private:
  std::array<int, 2> ends_{};
};

TEST_F(DemoCallsTest, TheInventoryEndsWithTheDemoEvenWhenThatIsKilled) {
  std::vector<std::string> all = arguments(
      "name = 'test'\n[[step]]\nname = 'a'\nrun = 'true'\n"
      "[[step]]\nname = 'b'\nrun = 'true'\n"
      "[rollout]\nhosts = ['w1']\ninventory = ['hang']\n");
  folder().write("slow.toml", "[LabDriver]\npause_between_steps = '1m'\n");
  all.insert(all.end(), {"--config", "slow.toml"});
  for (const int signal : {SIGINT, SIGKILL}) {
    const Tether tether;
    Program program(all, folder().path(), {"TMPDIR=" + folder().path().string()});
    tether.let_go();
    ASSERT_TRUE(program.wait_for_text("StepFinished"));
    program.signal(signal);
    EXPECT_EQ(program.finish().exit_code, signal == SIGINT ? 128 + SIGINT : -SIGKILL);
    tether.wait();
  }
}

TEST(DemoServiceTest, IsNamedNowhereAndKnowsItsWords) {
  EXPECT_THAT(run_program({"--help"}).out, Not(HasSubstr("demo-service")));
  EXPECT_EQ(run_program({"demo-service"}).exit_code, 2);
  const ProgramEnd end = run_program({"demo-service", "ok", "sulking"});
  EXPECT_EQ(end.exit_code, 2);
  EXPECT_THAT(end.err, HasSubstr("sulking"));

  Program program({"demo-service", "ok"});
  ASSERT_TRUE(program.wait_for_text("\n"));
  program.signal(SIGTERM);
  EXPECT_EQ(program.finish().exit_code, -SIGTERM);
}

}  // namespace
