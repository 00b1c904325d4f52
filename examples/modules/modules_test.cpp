// What the modules do with messages, on a bus whose time and threads belong to the test.
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <modcomm/bus.hpp>
#include <modcomm/simulation.hpp>

#include "modules/console.hpp"
#include "modules/lab_runner.hpp"
#include "modules/logging.hpp"
#include "modules/messages.hpp"
#include "modules/monitoring.hpp"
#include "modules/patch_manager.hpp"
#include "modules/progress_tracking.hpp"

namespace lab {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

/// A stream whose text can be read.
class Paper {
 public:
  std::FILE* stream() const { return file_.get(); }
  std::string text() const {
    std::string all(static_cast<std::size_t>(std::ftell(file_.get())), '\0');
    EXPECT_EQ(std::fseek(file_.get(), 0, SEEK_SET), 0);
    all.resize(std::fread(all.data(), 1, all.size(), file_.get()));
    return all;
  }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Close> file_{std::tmpfile()};
};

class ModulesTest : public testing::Test {
 protected:
  template <class T>
  void publish(std::string_view channel, std::string_view type, T message) {
    test_.publish(channel, type, std::move(message)).value();
    executor_->run_until_idle();
  }

  modcomm::Bus& bus() { return bus_; }
  modcomm::Module& test() { return test_; }
  modcomm::SeededExecutor& executor() { return *executor_; }

 private:
  std::shared_ptr<modcomm::ManualClock> clock_ = std::make_shared<modcomm::ManualClock>();
  std::shared_ptr<modcomm::SeededExecutor> executor_ =
      std::make_shared<modcomm::SeededExecutor>(clock_, 1);
  modcomm::Bus bus_{{.auto_create = true, .clock = clock_, .executor = executor_}};
  modcomm::Module test_ = bus_.module("Test");
};

TEST_F(ModulesTest, LabRunnerObeysWhatIsMeantForIt) {
  const LabRunner runner(bus());
  std::vector<std::string> answers;
  const auto heard =
      test()
          .subscribe("Configuration", "Config[AR]*",
                     [&](const modcomm::Message& message) { answers.emplace_back(message.type()); })
          .value();
  const auto change = [&](std::string module, std::string key, modcomm::Value value) {
    publish("Configuration", "ConfigChanged",
            ConfigChanged{
                .module = std::move(module), .key = std::move(key), .value = std::move(value)});
  };
  change("LabRunner", "pause_between_steps", "250ms");
  change("LabRunner", "max_attempts", 2);
  change("Other", "max_attempts", 9);
  EXPECT_EQ(runner.settings().pause_between_steps, 250ms);
  EXPECT_EQ(runner.settings().max_attempts, 2);

  change("LabRunner", "max_attempts", nullptr);
  EXPECT_EQ(runner.settings().max_attempts, LabSettings().max_attempts) << "its default again";

  change("LabRunner", "max_attempts", "two");
  change("LabRunner", "pause_between_steps", "-1s");
  change("LabRunner", "colour", "red");
  EXPECT_EQ(runner.settings().pause_between_steps, 250ms);
  EXPECT_THAT(answers, ElementsAre("ConfigApplied", "ConfigApplied", "ConfigApplied",
                                   "ConfigRefused", "ConfigRefused", "ConfigRefused"));
}

TEST_F(ModulesTest, LabRunnerTellsOfOneRunUnderOneId) {
  LabRunner runner(bus());
  std::vector<std::string> types;
  std::vector<std::string> ids;
  const auto heard =
      test()
          .subscribe("Lab", "*",
                     [&](const modcomm::Message& message) {
                       types.emplace_back(message.type());
                       ids.emplace_back(message.type() == "LabStarted" ? message.id_text()
                                                                       : message.correlation_id());
                     })
          .value();
  const LabReport report = runner.run({.name = "two",
                                       .steps = {{.name = "a", .run = "true"},
                                                 {.name = "b", .run = "false"},
                                                 {.name = "c", .run = "true"}}},
                                      {.folder = "/"});
  executor().run_until_idle();
  EXPECT_THAT(types, ElementsAre("LabStarted", "StepStarted", "StepFinished", "StepStarted",
                                 "StepFailed", "LabFinished"));
  EXPECT_THAT(ids, testing::Each(report.run));
}

TEST_F(ModulesTest, LabRunnerStopsWhenAsked) {
  LabRunner runner(bus());
  publish("Control", "StopRequested", StopRequested{.reason = "enough"});
  const LabReport report =
      runner.run({.name = "never", .steps = {{.name = "a", .run = "true"}}}, {.folder = "/"});
  EXPECT_TRUE(report.stopped);
  EXPECT_FALSE(report.passed);
  EXPECT_EQ(report.steps.at(0).outcome, Outcome::skipped);
}

TEST_F(ModulesTest, LoggingWritesAnyTypeAsFields) {
  const Paper paper;
  Console console(paper.stream(), {});
  const Logging logging(bus(), console, {{"Lab", "Step[!S]*"}});
  publish("Lab", "StepStarted", StepStarted{.step = "unseen"});
  publish("Lab", "StepFailed",
          StepFailed{.step = "a b", .attempt = 2, .reason = "bad", .output = "one\n\033two\n"});
  EXPECT_THAT(paper.text(), AllOf(EndsWith("attempt=2 reason=bad step=\"a b\" tries_again=false\n"
                                           "      | one\n      | ?two\n"),
                                  Not(HasSubstr("unseen"))));
}

TEST_F(ModulesTest, ProgressIsABarOnATerminalAndLinesElsewhere) {
  const Progress third{.lab = "l", .doing = "pack", .done = 2, .of = 8};
  const Paper plain;
  const Paper terminal;
  {
    Console lines(plain.stream(), {});
    Console bar(terminal.stream(), {.terminal = true});
    const ProgressTracking on_lines(bus(), lines);
    const ProgressTracking on_bar(bus(), bar);
    publish("Progress", "Progress", third);
    bar.line("news");
  }
  EXPECT_EQ(plain.text(), "[ 3/8] pack\n");
  const std::string erase = "\r\033[K";
  const std::string bar = "[######------------------]  2/8 pack";
  EXPECT_EQ(terminal.text(), erase + bar + erase + "news\n" + bar + erase);
}

TEST_F(ModulesTest, MonitoringCountsEveryOutcome) {
  const Monitoring monitoring(bus());
  publish("Lab", "Unheard", 1);
  const auto summaries = monitoring.summaries();
  const auto lab = std::ranges::find(summaries, "Lab", &ChannelSummary::channel);
  ASSERT_NE(lab, summaries.end());
  EXPECT_EQ(lab->accepted, 1U);
  EXPECT_EQ(lab->completed, 1U);
  EXPECT_EQ(lab->queued, 0U);
}

TEST(MonitoringTest, WritesTimesInThreeDigits) {
  EXPECT_EQ(short_time(0ns), "0 ns");
  EXPECT_EQ(short_time(999ns), "999 ns");
  EXPECT_EQ(short_time(1'234ns), "1.23 us");
  EXPECT_EQ(short_time(12'345us), "12.3 ms");
  EXPECT_EQ(short_time(999'600us), "1.00 s");
  EXPECT_EQ(short_time(2h), "7200 s");
}

TEST(PatchManagerTest, ReadsCommitsWhateverTheyHold) {
  using namespace std::string_view_literals;
  const auto commits = parse_commits(
      "1a\0A, B\0002026-01-31\0one\n=two\0"
      "2b\0C\0002026-02-01\0\0cut"sv);
  ASSERT_EQ(commits.size(), 2U);
  EXPECT_EQ(commits[0].author, "A, B");
  EXPECT_EQ(commits[0].date, "2026-01-31");
  EXPECT_EQ(commits[0].subject, "one\n=two");
  EXPECT_EQ(commits[1].commit, "2b");
  EXPECT_EQ(commits[1].subject, "");
}

}  // namespace
}  // namespace lab
