// What the demo keeps of its runs, and how the last one is told again.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe.hpp>

#include <modcomm/result.hpp>
#include <modcomm/value.hpp>

#include "demo_inputs.hpp"
#include "modules/logging.hpp"

namespace modcomm::program {

/// Both are events of the module Demo, with the run as their correlation id; what was said in between is
/// between them.
inline constexpr std::string_view run_started = "Demo.Started";
inline constexpr std::string_view run_finished = "Demo.Finished";

struct RunStarted {
  std::string lab{};
  int steps = 0;
  std::string source{};  ///< What the plan was read from.
};
BOOST_DESCRIBE_STRUCT(RunStarted, (), (lab, steps, source))

struct RunFinished {
  bool passed = false;
  std::string verdict{};  ///< As `verdict_of` says.
  Value report{};         ///< The document of --json.
};
BOOST_DESCRIBE_STRUCT(RunFinished, (), (passed, verdict, report))

/// Where events are kept: what --store says, else $XDG_STATE_HOME/modcomm/demo, else
/// ~/.local/state/modcomm/demo. Empty: there is neither.
std::filesystem::path demo_store(const DemoOptions& options);

/// What of the messages is the story that people read.
std::vector<lab::LogSource> story_sources();

/// Tells the last run that is kept; the exit code says whether it passed.
int replay_demo(const DemoOptions& options);

}  // namespace modcomm::program
