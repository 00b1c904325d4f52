#include "modules/lab_driver.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>

namespace lab {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

/// A step is ended by its own time-out, so that it can say what it printed. The deadline of the
/// call comes later, for a step that even then does not end.
constexpr nanoseconds time_to_end = 5s;

milliseconds since(steady_clock::time_point begin) {
  return std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin);
}

int count(const std::vector<StepReport>& steps, Outcome outcome) {
  return static_cast<int>(std::ranges::count(steps, outcome, &StepReport::outcome));
}

std::string fault_in(const DriverSettings& settings) {
  const milliseconds pause = settings.pause_between_steps;
  return pause < 0ms || pause > 1min ? "pause_between_steps: 0s to 1m" : "";
}

/// Passes on how far a step is. A call that was cancelled may be about to tell: whatever is needed
/// for that is shared.
class ProgressTeller {
 public:
  ProgressTeller(modcomm::Module module, std::string run, Progress progress)
      : inside_(std::make_shared<Inside>(std::move(module), std::move(run), std::move(progress))) {}

  void operator()(const modcomm::CallProgress& how_far) const {
    ++inside_->told;
    tell(how_far);
  }
  void tell(const modcomm::CallProgress& how_far) const {
    Progress progress = inside_->progress;
    progress.fraction = how_far.fraction;
    progress.text = how_far.text;
    const auto told =
        inside_->module.publish("Progress", "Progress", std::move(progress), {.key = inside_->run});
    if (!told) return;  // the bus has ended
  }
  std::uint64_t told() const { return inside_->told; }

 private:
  struct Inside {
    Inside(modcomm::Module its_module, std::string its_run, Progress its_progress)
        : module(std::move(its_module)),
          run(std::move(its_run)),
          progress(std::move(its_progress)) {}

    modcomm::Module module;
    std::string run;
    Progress progress;
    std::atomic<std::uint64_t> told{0};
  };

  std::shared_ptr<Inside> inside_;
};

}  // namespace

/// What one run knows.
struct LabDriver::Run {
  const Plan& plan;
  std::string id{};
  steady_clock::time_point begin = steady_clock::now();

  nanoseconds left() const {
    return std::max<nanoseconds>(plan.timeout - (steady_clock::now() - begin), 1ms);
  }
  Progress progress(std::string doing, int done) const {
    return {.lab = plan.name,
            .doing = std::move(doing),
            .done = done,
            .of = static_cast<int>(plan.steps.size())};
  }
};

LabDriver::LabDriver(modcomm::Bus& bus)
    : module_(bus.module("LabDriver")), settings_(module_, &fault_in), calls_(bus, module_) {}

template <class T>
void LabDriver::tell(const Run& run, std::string_view channel, std::string_view type, T message,
                     modcomm::PublishOptions options) const {
  options.correlation_id = run.id;
  module_.publish(channel, type, std::move(message), options).value();
}

LabReport LabDriver::run(const Plan& plan) {
  Run run{.plan = plan};
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
  report.stopped = calls_.stopped();
  report.took = since(run.begin);
  const int finished = count(report.steps, Outcome::passed);
  tell(run, "Progress", "Progress", run.progress({}, finished), {.key = run.id});
  tell(run, "Lab", "LabFinished",
       LabFinished{.lab = plan.name,
                   .passed = report.passed,
                   .finished = finished,
                   .skipped = count(report.steps, Outcome::skipped),
                   .took = report.took});
  return report;
}

StepReport LabDriver::perform(const Run& run, const Step& step, int number) {
  StepReport report{.step = step.name};
  if (number > 1) calls_.wait_for(settings().pause_between_steps);
  if (calls_.stopped()) return report;

  const auto begin = steady_clock::now();
  const ProgressTeller teller(module_, run.id, run.progress(step.name, number - 1));
  teller.tell({});
  modcomm::Result<StepResult> done = call(run, step, teller);
  report.took = since(begin);
  report.progress = teller.told();
  if (done) {
    note_success(run, std::move(*done), report);
  } else {
    note_failure(run, done.error(), report);
  }
  return report;
}

/// Whoever wrote the plan knows whether a step may be tried again when it had begun.
modcomm::Result<StepResult> LabDriver::call(const Run& run, const Step& step,
                                            const modcomm::ProgressFunction& on_progress) {
  const nanoseconds left = run.left();
  return calls_.call<StepResult>(
      "LabRunner.ExecuteStep",
      ExecuteStep{.step = step.name, .run = run.id, .timeout = std::min(step.timeout, left)},
      {.timeout = left + time_to_end,
       .attempt_timeout = step.timeout + time_to_end,
       .retries = static_cast<std::uint32_t>(step.attempts - 1),
       .even_if_begun = true,
       .on_progress = &on_progress});
}

void LabDriver::note_success(const Run& run, StepResult done, StepReport& report) const {
  report.outcome = Outcome::passed;
  report.attempts = done.attempt;
  report.ended = std::move(done.ended);
  report.output = std::move(done.output);
  tell(run, "Lab", "StepFinished",
       StepFinished{.step = report.step, .attempt = done.attempt, .took = done.took});
}

void LabDriver::note_failure(const Run& run, const modcomm::Error& error,
                             StepReport& report) const {
  report.outcome = Outcome::failed;
  report.attempts = static_cast<int>(error.attempts());
  report.ended = error.code() == modcomm::Code::cancelled ? "stopped" : error.message();
  for (const modcomm::Fault& fault : error.faults()) {
    if (fault.path == "output") report.output = fault.message;
  }
  if (error.reason() == step_failed) return;
  tell(run, "Lab", "StepFailed",
       StepFailed{.step = report.step, .attempt = report.attempts, .reason = report.ended});
}

}  // namespace lab
