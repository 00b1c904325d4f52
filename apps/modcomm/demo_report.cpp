#include "demo_report.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace modcomm::program {
namespace {

using lab::Outcome;
using lab::StepReport;
using lab::Tone;

std::string counted(const lab::LabReport& report) {
  const auto passed = std::ranges::count(report.steps, Outcome::passed, &StepReport::outcome);
  int retries = 0;
  for (const StepReport& step : report.steps) retries += std::max(step.attempts - 1, 0);
  std::string text = fmt::format("{} of {} steps passed in {}", passed, report.steps.size(),
                                 lab::short_time(report.took));
  if (retries > 0)
    text.append(fmt::format(", with {} retr{}", retries, retries == 1 ? "y" : "ies"));
  return text;
}

}  // namespace

void print_verdict(lab::Console& console, const lab::LabReport& report) {
  if (report.passed) {
    console.line(console.paint(Tone::good, "PASS  ") + counted(report));
    return;
  }
  const auto failed = std::ranges::find(report.steps, Outcome::failed, &StepReport::outcome);
  std::string what = report.stopped ? "stopped" : "";
  if (failed != report.steps.end()) {
    what = fmt::format("step '{}' {}", lab::harmless(failed->step), failed->ended);
  }
  console.line(console.paint(Tone::bad, "FAIL  ") + what + "; " + counted(report));
}

}  // namespace modcomm::program
