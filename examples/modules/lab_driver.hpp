// Goes through the steps of a plan: calls LabRunner.ExecuteStep for each, one after the other.
//
//   lab::LabDriver driver(bus);
//   const lab::LabReport report = driver.run(plan);
//   return report.passed ? 0 : 1;
//
// A call has the time-out of its step, and the plan's for all of its attempts. A step that may be
// tried again is retried by the call, not here. What steps tell of their progress is passed on.
//
// Publishes  Lab: LabStarted StepFinished LabFinished, StepFailed where the runner could not tell it;
//            Progress: Progress.
// Obeys      Configuration: ConfigChanged of module LabDriver, see DriverSettings;
//            Control: StopRequested.
// Threads.   run() blocks and belongs to one thread at a time.
// Errors.    A step that fails is part of the report. run() throws modcomm::Exception when it
//            cannot publish.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe.hpp>

#include <modcomm/bus.hpp>

#include "modules/messages.hpp"
#include "modules/plan.hpp"
#include "modules/settings.hpp"
#include "modules/stoppable_calls.hpp"

namespace lab {

/// What can be changed while a lab runs.
struct DriverSettings {
  std::chrono::milliseconds pause_between_steps{0};
};
BOOST_DESCRIBE_STRUCT(DriverSettings, (), (pause_between_steps))

enum class Outcome : std::uint8_t { passed, failed, skipped };
BOOST_DESCRIBE_ENUM(Outcome, passed, failed, skipped)

struct StepReport {
  std::string step{};
  Outcome outcome = Outcome::skipped;
  int attempts = 0;
  std::uint64_t progress = 0;        ///< How often it told how far it was.
  std::string ended{};               ///< How the last attempt ended: "exited with 1".
  std::chrono::milliseconds took{};  ///< From the first attempt to the end of the last.
  std::string output{};              ///< Of the last attempt; its end.
};
BOOST_DESCRIBE_STRUCT(StepReport, (), (step, outcome, attempts, progress, ended, took, output))

struct LabReport {
  std::string lab{};
  std::string run{};  ///< The correlation id of its messages.
  bool passed = false;
  bool stopped = false;
  std::chrono::milliseconds took{};
  std::vector<StepReport> steps{};
};
BOOST_DESCRIBE_STRUCT(LabReport, (), (lab, run, passed, stopped, took, steps))

class LabDriver {
 public:
  explicit LabDriver(modcomm::Bus& bus);

  LabReport run(const Plan& plan);
  DriverSettings settings() const { return settings_.get(); }

 private:
  struct Run;
  StepReport perform(const Run& run, const Step& step, int number);
  modcomm::Result<StepResult> call(const Run& run, const Step& step,
                                   const modcomm::ProgressFunction& on_progress);
  void note_success(const Run& run, StepResult done, StepReport& report) const;
  void note_failure(const Run& run, const modcomm::Error& error, StepReport& report) const;
  template <class T>
  void tell(const Run& run, std::string_view channel, std::string_view type, T message,
            modcomm::PublishOptions options = {}) const;

  modcomm::Module module_;
  Settings<DriverSettings> settings_;
  StoppableCalls calls_;
};

}  // namespace lab
