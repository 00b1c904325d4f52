// LabRunner and LabDriver on a bus whose time and threads belong to the test; the steps are real.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <modcomm/testing.hpp>

#include "modules/lab_driver.hpp"
#include "modules/lab_runner.hpp"
#include "modules/messages.hpp"

namespace lab {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

/// Passes when `LAB_ATTEMPT` is the second.
constexpr const char* second_time = R"(echo "try $LAB_ATTEMPT"; [ "$LAB_ATTEMPT" = 2 ])";

class LabTest : public testing::Test {
 protected:
  modcomm::Bus& bus() { return bus_.bus(); }
  void run() { bus_.run(); }
  const modcomm::Module& test() const { return test_; }

  template <class T>
  void publish(std::string_view channel, std::string_view type, T message) {
    test_.publish(channel, type, std::move(message)).value();
    bus_.run();
  }
  void configure(std::string module, std::string key, modcomm::Value value) {
    publish("Configuration", "ConfigChanged",
            ConfigChanged{
                .module = std::move(module), .key = std::move(key), .value = std::move(value)});
  }
  modcomm::Result<StepResult> execute(ExecuteStep step, const modcomm::CallOptions& options = {}) {
    return test_.call<StepResult>("LabRunner.ExecuteStep", std::move(step), options);
  }

 private:
  modcomm::TestBus bus_{1, {.auto_create = true}};
  modcomm::Module test_ = bus_.module("Test");
};

TEST_F(LabTest, SettingsAreObeyedByTheModuleTheyAreMeantFor) {
  const LabRunner runner(bus(), {}, {});
  const LabDriver driver(bus());
  const modcomm::MessageLog answers(test(), "Configuration", "Config[AR]*");
  configure("LabDriver", "pause_between_steps", "250ms");
  configure("LabRunner", "max_attempts", 2);
  configure("Other", "max_attempts", 9);
  EXPECT_EQ(driver.settings().pause_between_steps, 250ms);
  EXPECT_EQ(runner.settings().max_attempts, 2);

  configure("LabRunner", "max_attempts", nullptr);
  EXPECT_EQ(runner.settings().max_attempts, most_attempts) << "its default again";

  configure("LabRunner", "max_attempts", "two");
  configure("LabDriver", "pause_between_steps", "-1s");
  configure("LabDriver", "colour", "red");
  EXPECT_EQ(driver.settings().pause_between_steps, 250ms);
  EXPECT_THAT(answers.types(), ElementsAre("ConfigApplied", "ConfigApplied", "ConfigApplied",
                                           "ConfigRefused", "ConfigRefused", "ConfigRefused"));
}

TEST_F(LabTest, AStepIsExecutedForWhoeverCalls) {
  const LabRunner runner(bus(), {.steps = {{.name = "a", .run = "echo \"$LAB_STEP\""}}},
                         {.folder = "/"});
  const StepResult done = execute({.step = "a"}).value();
  EXPECT_EQ(done.output, "a\n");
  EXPECT_EQ(done.ended, "exited with 0");

  EXPECT_EQ(execute({.step = "b"}).error().reason(), "no_step");
  const auto nothing = test().call<StepResult>("LabRunner.ExecuteStep", modcomm::Value::object());
  EXPECT_EQ(nothing.error().code(), modcomm::Code::invalid_argument);
}

TEST_F(LabTest, AStepThatFailsSaysHowAndWhatItPrinted) {
  const LabRunner runner(bus(), {.steps = {{.name = "a", .run = "echo no; exit 3"}}},
                         {.folder = "/"});
  const modcomm::Error error = execute({.step = "a"}).error();
  EXPECT_EQ(error.reason(), step_failed);
  EXPECT_EQ(error.message(), "exited with 3");
  ASSERT_EQ(error.faults().size(), 1U);
  EXPECT_EQ(error.faults().front().message, "no\n");
  EXPECT_FALSE(error.counts_for_breaker()) << "the runner is well";
}

TEST_F(LabTest, AStepEndsWithTheTimeThatItsCallGives) {
  const LabRunner runner(bus(), {.steps = {{.name = "a", .run = "exec sleep 1000"}}},
                         {.folder = "/"});
  EXPECT_THAT(execute({.step = "a", .timeout = 50ms}).error().message(), HasSubstr("timed out"));
  EXPECT_THAT(execute({.step = "a", .timeout = 1h}, {.timeout = 50ms}).error().message(),
              HasSubstr("timed out"));
}

TEST_F(LabTest, AStepIsRetriedByTheCall) {
  const Plan plan{.name = "l", .steps = {{.name = "a", .run = second_time, .attempts = 3}}};
  const LabRunner runner(bus(), plan, {.folder = "/"});
  LabDriver driver(bus());
  const modcomm::MessageLog heard(test(), "Lab");
  const LabReport report = driver.run(plan);
  run();
  EXPECT_TRUE(report.passed);
  EXPECT_EQ(report.steps.at(0).attempts, 2);
  EXPECT_EQ(report.steps.at(0).output, "try 2\n");
  EXPECT_THAT(heard.types(), ElementsAre("LabStarted", "StepStarted", "StepFailed", "StepStarted",
                                         "StepFinished", "LabFinished"));
  const modcomm::CallCounts counts = bus().operation("LabRunner.ExecuteStep").value().counts;
  EXPECT_EQ(counts.calls, 1U);
  EXPECT_EQ(counts.retries, 1U);
}

TEST_F(LabTest, AStepIsNotRetriedBeyondWhatTheConfigurationAllows) {
  const Plan plan{.name = "l", .steps = {{.name = "a", .run = second_time, .attempts = 3}}};
  const LabRunner runner(bus(), plan, {.folder = "/"});
  LabDriver driver(bus());
  configure("LabRunner", "max_attempts", 1);
  const LabReport report = driver.run(plan);
  EXPECT_FALSE(report.passed);
  EXPECT_EQ(report.steps.at(0).attempts, 1);
  EXPECT_EQ(report.steps.at(0).ended, "exited with 1");
  EXPECT_EQ(report.steps.at(0).output, "try 1\n");
}

TEST_F(LabTest, ProgressOfAStepIsPassedOn) {
  const Plan plan{.name = "l",
                  .steps = {{.name = "a", .run = "true"},
                            {.name = "b", .run = "echo '[1/4] one'; echo no; echo '[ 50%] half'"}}};
  const LabRunner runner(bus(), plan, {.folder = "/"});
  LabDriver driver(bus());
  const modcomm::MessageLog heard(test(), "Progress");
  const LabReport report = driver.run(plan);
  run();
  EXPECT_EQ(report.steps.at(0).progress, 0U);
  EXPECT_EQ(report.steps.at(1).progress, 2U);
  std::vector<std::string> news;
  for (const Progress& progress : heard.payloads<Progress>().value()) {
    news.push_back(progress.doing + " " + std::to_string(progress.done + progress.fraction) + " " +
                   progress.text);
  }
  EXPECT_THAT(news, ElementsAre("a 0.000000 ", "b 1.000000 ", "b 1.250000 one", "b 1.500000 half",
                                " 2.000000 "));
}

TEST_F(LabTest, ARunIsToldUnderOneId) {
  const Plan plan{.name = "two",
                  .steps = {{.name = "a", .run = "true"},
                            {.name = "b", .run = "false"},
                            {.name = "c", .run = "true"}}};
  const LabRunner runner(bus(), plan, {.folder = "/"});
  LabDriver driver(bus());
  const modcomm::MessageLog heard(test(), "Lab");
  const LabReport report = driver.run(plan);
  run();
  EXPECT_THAT(heard.types(), ElementsAre("LabStarted", "StepStarted", "StepFinished", "StepStarted",
                                         "StepFailed", "LabFinished"));
  std::vector<std::string> ids;
  for (const modcomm::Message& message : heard.messages()) {
    ids.emplace_back(message.type() == "LabStarted" ? message.id_text() : message.correlation_id());
  }
  EXPECT_THAT(ids, Each(report.run));
}

TEST_F(LabTest, ADriverTellsWhatNoRunnerCouldTell) {
  LabDriver driver(bus());
  const modcomm::MessageLog heard(test(), "Lab", "StepFailed");
  const LabReport report = driver.run({.name = "l", .steps = {{.name = "a", .run = "true"}}});
  run();
  EXPECT_FALSE(report.passed);
  EXPECT_THAT(report.steps.at(0).ended, HasSubstr("there is no operation"));
  EXPECT_EQ(heard.last<StepFailed>().value().reason, report.steps.at(0).ended);
}

TEST_F(LabTest, ADriverStopsWhenAsked) {
  const Plan plan{.name = "never", .steps = {{.name = "a", .run = "true"}}};
  const LabRunner runner(bus(), plan, {.folder = "/"});
  LabDriver driver(bus());
  publish("Control", "StopRequested", StopRequested{.reason = "enough"});
  const LabReport report = driver.run(plan);
  EXPECT_TRUE(report.stopped);
  EXPECT_FALSE(report.passed);
  EXPECT_EQ(report.steps.at(0).outcome, Outcome::skipped);
}

}  // namespace
}  // namespace lab
