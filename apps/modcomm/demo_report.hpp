// What `modcomm demo` has to say at its end.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/describe.hpp>

#include "modules/console.hpp"
#include "modules/lab_driver.hpp"
#include "modules/lab_runner.hpp"
#include "modules/monitoring.hpp"
#include "modules/rollout.hpp"

namespace modcomm::program {

struct RepositoryReport {
  std::string folder{};
  int commits = 0;                     ///< That became messages.
  std::optional<std::string> fault{};  ///< Why there are none.
};
BOOST_DESCRIBE_STRUCT(RepositoryReport, (), (folder, commits, fault))

/// By module, as in the configuration file.
struct SettingsReport {
  lab::DriverSettings driver{};
  lab::RunnerSettings runner{};
};
BOOST_DESCRIBE_STRUCT(SettingsReport, (), (driver, runner))
constexpr Keys modcomm_keys(const SettingsReport*) {
  return {.names = {{"driver", "LabDriver"}, {"runner", "LabRunner"}}};
}

/// The document of --json.
struct DemoReport {
  bool passed = false;
  lab::LabReport lab{};
  std::optional<lab::RolloutReport> rollout{};  ///< Empty: the lab has none, or did not get so far.
  SettingsReport settings{};                    ///< As they were in the end.
  RepositoryReport repository{};
  std::vector<lab::ChannelSummary> channels{};
  std::vector<lab::OperationSummary> operations{};
};
BOOST_DESCRIBE_STRUCT(DemoReport, (),
                      (passed, lab, rollout, settings, repository, channels, operations))

/// "10 of 10 steps passed in 3.9 s; 8 of 8 hosts found"; before it what failed, and how.
std::string verdict_of(const DemoReport& report);
/// One line: "PASS  10 of 10 steps passed in 3.9 s; 8 of 8 hosts found".
void print_verdict(lab::Console& console, bool passed, const std::string& verdict);

}  // namespace modcomm::program
