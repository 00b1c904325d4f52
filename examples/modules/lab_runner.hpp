// Provides LabRunner.ExecuteStep, which runs one step of a plan as a process and tells of it.
//
//   const lab::LabRunner runner(bus, plan, {.folder = "/tmp/work"});
//   auto done = caller.call<lab::StepResult>("LabRunner.ExecuteStep",
//                                            lab::ExecuteStep{.step = "archive"}, {.timeout = 1min});
//
// The process ends with the call at the latest: at its deadline, and when its caller leaves. Lines
// of its output such as "[2/5] packing" (step_progress.hpp) are the call's progress. Steps share a
// folder, so one runs at a time. Whether a step that failed is tried again is for its caller to
// say; the setting max_attempts limits it.
//
// Publishes  Lab: StepStarted StepFailed, for each attempt; Output: StepOutput, while it is verbose.
//            That a step has finished is for its caller to tell, who has the answer.
// Obeys      Configuration: ConfigChanged of module LabRunner, see RunnerSettings.
// Errors.    not_found / no_step. aborted / step_failed, see messages.hpp.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe.hpp>

#include <modcomm/bus.hpp>

#include "modules/messages.hpp"
#include "modules/plan.hpp"
#include "modules/process.hpp"
#include "modules/settings.hpp"

namespace lab {

/// What can be changed while a lab runs.
struct RunnerSettings {
  int max_attempts = most_attempts;  ///< Whatever a caller allows.
  bool verbose = false;              ///< Publish what steps print.
};
BOOST_DESCRIBE_STRUCT(RunnerSettings, (), (max_attempts, verbose))

/// Where steps run, and what they find in their environment.
struct Workplace {
  std::filesystem::path folder{};
  std::vector<std::string> variables{};  ///< "NAME=value"; LAB_STEP and LAB_ATTEMPT are added.
};

class LabRunner {
 public:
  LabRunner(modcomm::Bus& bus, Plan plan, Workplace place);

  RunnerSettings settings() const { return settings_.get(); }

 private:
  modcomm::Result<StepResult> execute(const ExecuteStep& wanted, modcomm::CallContext& call) const;
  ProcessEnd run(const Step& step, const ExecuteStep& wanted, modcomm::CallContext& call) const;
  modcomm::Error fail(const ExecuteStep& wanted, ProcessEnd end,
                      const modcomm::CallContext& call) const;
  StepResult finish(const ExecuteStep& wanted, ProcessEnd end,
                    const modcomm::CallContext& call) const;
  template <class T>
  void tell(const ExecuteStep& wanted, std::string_view channel, std::string_view type, T message,
            modcomm::PublishOptions options = {}) const;

  modcomm::Module module_;
  Plan plan_;
  Workplace place_;
  Settings<RunnerSettings> settings_;
  modcomm::Registration operation_;  // last: it goes first, and waits for a running step
};

}  // namespace lab
