// Runs the steps of a plan as processes, one after the other, and tells of each.
//
//   lab::LabRunner runner(bus);
//   lab::LabReport report = runner.run(plan, {.folder = "/tmp/work"});
//   return report.passed ? 0 : 1;
//
// Publishes  Lab: LabStarted StepStarted StepFinished StepFailed LabFinished;
//            Output: StepOutput, while it is verbose; Progress: Progress;
//            Configuration: ConfigApplied ConfigRefused.
// Obeys      Configuration: ConfigChanged of module LabRunner, see LabSettings;
//            Control: StopRequested.
// Threads.   run() blocks and belongs to one thread at a time.
// Errors.    A step that fails is part of the report. run() throws modcomm::Exception when it
//            cannot publish.
#pragma once

#include <chrono>
#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe.hpp>

#include <modcomm/bus.hpp>

#include "modules/messages.hpp"
#include "modules/plan.hpp"
#include "modules/process.hpp"

namespace lab {

/// What can be changed while a lab runs.
struct LabSettings {
  std::chrono::milliseconds pause_between_steps{0};
  int max_attempts = 100;  ///< Whatever a step allows itself.
  bool verbose = false;    ///< Publish what steps print.
};
BOOST_DESCRIBE_STRUCT(LabSettings, (), (pause_between_steps, max_attempts, verbose))

/// Where steps run, and what they find in their environment.
struct Workplace {
  std::filesystem::path folder{};
  std::vector<std::string> variables{};  ///< "NAME=value"; LAB_STEP and LAB_ATTEMPT are added.
};

enum class Outcome : std::uint8_t { passed, failed, skipped };
BOOST_DESCRIBE_ENUM(Outcome, passed, failed, skipped)

struct StepReport {
  std::string step{};
  Outcome outcome = Outcome::skipped;
  int attempts = 0;
  std::string ended{};               ///< How the last attempt ended: "exited with 1".
  std::chrono::milliseconds took{};  ///< All attempts together, without the pauses.
  std::string output{};              ///< Of the last attempt; its end.
};
BOOST_DESCRIBE_STRUCT(StepReport, (), (step, outcome, attempts, ended, took, output))

struct LabReport {
  std::string lab{};
  std::string run{};  ///< The correlation id of its messages.
  bool passed = false;
  bool stopped = false;
  std::chrono::milliseconds took{};
  std::vector<StepReport> steps{};
};
BOOST_DESCRIBE_STRUCT(LabReport, (), (lab, run, passed, stopped, took, steps))

class LabRunner {
 public:
  explicit LabRunner(modcomm::Bus& bus);

  LabReport run(const Plan& plan, const Workplace& place);
  LabSettings settings() const;

 private:
  struct Run;
  void obey(const ConfigChanged& change);
  LabSettings changed_by(const ConfigChanged& change) const;
  StepReport perform(const Run& run, const Step& step, int number);
  ProcessEnd attempt(const Run& run, const Step& step, int number, int attempt) const;
  void announce(const Run& run, const StepReport& report, bool again) const;
  void progress(const Run& run, std::string_view doing, int done) const;
  template <class T>
  void tell(const Run& run, std::string_view channel, std::string_view type, T message,
            modcomm::PublishOptions options = {}) const;

  modcomm::Module module_;
  StopEvent stop_;
  mutable std::mutex mutex_;
  LabSettings settings_;  // guarded by mutex_
  std::vector<modcomm::Subscription> subscriptions_;
};

}  // namespace lab
