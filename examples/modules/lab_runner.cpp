#include "modules/lab_runner.hpp"

#include <algorithm>
#include <utility>

namespace lab {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::string_view own_name = "LabRunner";

milliseconds since(steady_clock::time_point begin) {
  return std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin);
}

int count(const std::vector<StepReport>& steps, Outcome outcome) {
  return static_cast<int>(std::ranges::count(steps, outcome, &StepReport::outcome));
}

modcomm::Filter meant_for(std::string_view module) {
  return {.name = "mine", .matches = [module](const modcomm::Message& message) {
            const auto change = message.as<ConfigChanged>();
            return change && change->module == module;
          }};
}

void check(const LabSettings& settings) {
  constexpr auto longest_pause = std::chrono::minutes(1);
  const auto pause = settings.pause_between_steps;
  std::string fault;
  if (pause < milliseconds(0) || pause > longest_pause) fault = "pause_between_steps: 0s to 1m";
  if (settings.max_attempts < 1) fault = "max_attempts: at least 1";
  if (fault.empty()) return;
  throw modcomm::Exception({modcomm::Code::invalid_argument, modcomm::reason::validation, fault});
}

}  // namespace

/// What one run knows.
struct LabRunner::Run {
  const Plan& plan;
  const Workplace& place;
  std::string id{};
  steady_clock::time_point begin = steady_clock::now();

  std::chrono::nanoseconds left() const { return plan.timeout - (steady_clock::now() - begin); }
};

LabRunner::LabRunner(modcomm::Bus& bus) : module_(bus.module(own_name)) {
  subscriptions_.push_back(module_
                               .subscribe("Configuration", "ConfigChanged",
                                          [this](const ConfigChanged& change) { obey(change); },
                                          {.filters = {meant_for(own_name)}})
                               .value());
  subscriptions_.push_back(
      module_
          .subscribe("Control", "StopRequested", [this](const StopRequested&) { stop_.request(); })
          .value());
}

LabSettings LabRunner::settings() const {
  const std::scoped_lock lock(mutex_);
  return settings_;
}

void LabRunner::obey(const ConfigChanged& change) {
  try {
    const LabSettings changed = changed_by(change);
    {
      const std::scoped_lock lock(mutex_);
      settings_ = changed;
    }
    module_
        .publish("Configuration", "ConfigApplied",
                 ConfigApplied{.key = change.key, .value = change.value})
        .value();
  } catch (const modcomm::Exception& refused) {
    module_
        .publish("Configuration", "ConfigRefused",
                 ConfigRefused{.reason = refused.error().message()})
        .value();
  }
}

/// Settings are changed in their JSON form, so that a bad one is refused with its path.
LabSettings LabRunner::changed_by(const ConfigChanged& change) const {
  modcomm::Value values = modcomm::to_value(settings());
  values[change.key] =
      change.value.is_null() ? modcomm::to_value(LabSettings())[change.key] : change.value;
  LabSettings changed = modcomm::from_value<LabSettings>(values, own_name).value();
  check(changed);
  return changed;
}

template <class T>
void LabRunner::tell(const Run& run, std::string_view channel, std::string_view type, T message,
                     modcomm::PublishOptions options) const {
  options.correlation_id = run.id;
  module_.publish(channel, type, std::move(message), options).value();
}

LabReport LabRunner::run(const Plan& plan, const Workplace& place) {
  Run run{.plan = plan, .place = place};
  const int steps = static_cast<int>(plan.steps.size());
  run.id = module_.publish("Lab", "LabStarted", LabStarted{.lab = plan.name, .steps = steps})
               .value()
               .to_string();

  LabReport report{.lab = plan.name, .run = run.id, .passed = true};
  for (const Step& step : plan.steps) {
    StepReport done{.step = step.name};
    if (report.passed) done = perform(run, step, static_cast<int>(report.steps.size()) + 1);
    if (done.outcome != Outcome::passed) report.passed = false;
    report.steps.push_back(std::move(done));
  }
  report.stopped = stop_.requested();
  report.took = since(run.begin);
  const int finished = count(report.steps, Outcome::passed);
  progress(run, {}, finished);
  tell(run, "Lab", "LabFinished",
       LabFinished{.lab = plan.name,
                   .passed = report.passed,
                   .finished = finished,
                   .skipped = count(report.steps, Outcome::skipped),
                   .took = report.took});
  return report;
}

StepReport LabRunner::perform(const Run& run, const Step& step, int number) {
  StepReport report{.step = step.name};
  for (bool again = true; again;) {
    if (number > 1 || report.attempts > 0) stop_.wait_for(settings().pause_between_steps);
    if (stop_.requested()) break;
    ProcessEnd end = attempt(run, step, number, ++report.attempts);
    again = !end.success() && end.ending != Ending::stopped && run.left().count() > 0 &&
            report.attempts < std::min(step.attempts, settings().max_attempts);
    report.outcome = end.success() ? Outcome::passed : Outcome::failed;
    report.ended = end.describe();
    report.took += std::chrono::duration_cast<milliseconds>(end.took);
    report.output = std::move(end.output);
    announce(run, report, again);
  }
  return report;
}

ProcessEnd LabRunner::attempt(const Run& run, const Step& step, int number, int attempt) const {
  const int steps = static_cast<int>(run.plan.steps.size());
  tell(run, "Lab", "StepStarted",
       StepStarted{.step = step.name, .number = number, .of = steps, .attempt = attempt});
  progress(run, step.name, number - 1);

  Command command{
      .arguments = step.arguments(), .folder = run.place.folder, .variables = run.place.variables};
  command.variables.push_back("LAB_STEP=" + step.name);
  command.variables.push_back("LAB_ATTEMPT=" + std::to_string(attempt));
  return run_process(command, {.timeout = std::min(step.timeout, run.left()), .stop = &stop_});
}

void LabRunner::announce(const Run& run, const StepReport& report, bool again) const {
  if (report.outcome == Outcome::failed) {
    tell(run, "Lab", "StepFailed",
         StepFailed{.step = report.step,
                    .attempt = report.attempts,
                    .tries_again = again,
                    .reason = report.ended,
                    .output = report.output});
    return;
  }
  tell(run, "Lab", "StepFinished",
       StepFinished{.step = report.step, .attempt = report.attempts, .took = report.took});
  if (settings().verbose && !report.output.empty()) {
    constexpr modcomm::Header format{.name = "format", .value = "text"};
    tell(run, "Output", "StepOutput", StepOutput{.step = report.step, .output = report.output},
         {.priority = modcomm::Priority::low,
          .ttl = std::chrono::seconds(5),
          .headers = {&format, 1}});
  }
}

/// A channel that conflates keeps the newest for each run.
void LabRunner::progress(const Run& run, std::string_view doing, int done) const {
  tell(run, "Progress", "Progress",
       Progress{.lab = run.plan.name,
                .doing = std::string(doing),
                .done = done,
                .of = static_cast<int>(run.plan.steps.size())},
       {.key = run.id});
}

}  // namespace lab
