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

std::string counted(const DemoReport& report) {
  std::string text = counted(report.lab);
  if (const auto& rollout = report.rollout) {
    text.append(fmt::format("; {} of {} hosts found", rollout->found, rollout->hosts.size()));
  }
  return text;
}

std::string what_failed(const DemoReport& report) {
  const auto& steps = report.lab.steps;
  const auto failed = std::ranges::find(steps, Outcome::failed, &StepReport::outcome);
  if (failed != steps.end()) {
    return fmt::format("step '{}' {}", lab::harmless(failed->step), failed->ended);
  }
  if (report.lab.stopped || !report.rollout || report.rollout->stopped) return "stopped";
  const auto& hosts = report.rollout->hosts;
  const auto missing = std::ranges::find(hosts, "", &lab::HostReport::address);
  return fmt::format("the inventory did not come back: host '{}' was missed with {}", missing->host,
                     missing->missed);
}

}  // namespace

std::string verdict_of(const DemoReport& report) {
  return (report.passed ? "" : what_failed(report) + "; ") + counted(report);
}

void print_verdict(lab::Console& console, bool passed, const std::string& verdict) {
  const std::string sign =
      passed ? console.paint(Tone::good, "PASS  ") : console.paint(Tone::bad, "FAIL  ");
  console.line(sign + verdict);
}

}  // namespace modcomm::program
