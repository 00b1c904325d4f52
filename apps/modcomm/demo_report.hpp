// What `modcomm demo` has to say at its end.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/describe.hpp>

#include "modules/console.hpp"
#include "modules/lab_runner.hpp"
#include "modules/monitoring.hpp"

namespace modcomm::program {

struct RepositoryReport {
  std::string folder{};
  int commits = 0;                     ///< That became messages.
  std::optional<std::string> fault{};  ///< Why there are none.
};
BOOST_DESCRIBE_STRUCT(RepositoryReport, (), (folder, commits, fault))

/// The document of --json.
struct DemoReport {
  bool passed = false;
  lab::LabReport lab{};
  lab::LabSettings settings{};  ///< As they were in the end.
  RepositoryReport repository{};
  std::vector<lab::ChannelSummary> channels{};
};
BOOST_DESCRIBE_STRUCT(DemoReport, (), (passed, lab, settings, repository, channels))

/// One line: "PASS  10 of 10 steps in 3.9 s", or which step failed, and how.
void print_verdict(lab::Console& console, const lab::LabReport& report);

}  // namespace modcomm::program
