#include "modules/lab_runner.hpp"

#include <algorithm>
#include <chrono>
#include <stop_token>
#include <utility>

#include "modules/step_progress.hpp"

namespace lab {
namespace {

using namespace std::chrono_literals;
using modcomm::Code;
using modcomm::Error;

std::string fault_in(const RunnerSettings& settings) {
  return settings.max_attempts < 1 ? "max_attempts: at least 1" : "";
}

std::chrono::milliseconds in_milliseconds(std::chrono::nanoseconds time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time);
}

int attempt_of(const modcomm::CallContext& call) { return static_cast<int>(call.attempt()); }

/// How often a step is tried is for callers to say; how long they wait in between is not.
modcomm::OperationOptions execute_options() {
  return {.description = "Run one step of the lab's plan as a process",
          .timeout = 1min,
          .retry = {.first_delay = 500ms, .max_delay = 5s},
          .bulkhead = {.max_concurrent = 1, .max_queued = 8}};
}

}  // namespace

LabRunner::LabRunner(modcomm::Bus& bus, Plan plan, Workplace place)
    : module_(bus.module("LabRunner")),
      plan_(std::move(plan)),
      place_(std::move(place)),
      settings_(module_, &fault_in),
      operation_(module_
                     .provide(
                         "ExecuteStep",
                         [this](const ExecuteStep& wanted, modcomm::CallContext& call) {
                           return execute(wanted, call);
                         },
                         execute_options())
                     .value()) {}

modcomm::Result<StepResult> LabRunner::execute(const ExecuteStep& wanted,
                                               modcomm::CallContext& call) const {
  const auto step = std::ranges::find(plan_.steps, wanted.step, &Step::name);
  if (step == plan_.steps.end()) {
    return Error(Code::not_found, "no_step", "the plan has no step '" + wanted.step + "'");
  }
  tell(wanted, "Lab", "StepStarted",
       StepStarted{.step = step->name,
                   .number = static_cast<int>(step - plan_.steps.begin()) + 1,
                   .of = static_cast<int>(plan_.steps.size()),
                   .attempt = attempt_of(call)});
  ProcessEnd end = run(*step, wanted, call);
  if (end.success()) return finish(wanted, std::move(end), call);
  return fail(wanted, std::move(end), call);
}

ProcessEnd LabRunner::run(const Step& step, const ExecuteStep& wanted,
                          modcomm::CallContext& call) const {
  Command command{
      .arguments = step.arguments(), .folder = place_.folder, .variables = place_.variables};
  command.variables.push_back("LAB_STEP=" + step.name);
  command.variables.push_back("LAB_ATTEMPT=" + std::to_string(call.attempt()));

  if (call.attempt() > 1) call.progress(0, "attempt " + std::to_string(call.attempt()));
  StopEvent stop;
  const std::stop_callback on_stop(call.stop_token(), [&] { stop.request(); });
  ProgressLines lines(
      [&](const StepProgress& progress) { call.progress(progress.fraction, progress.text); });
  return run_process(command,
                     {.timeout = std::min(wanted.timeout.value_or(step.timeout), call.remaining()),
                      .stop = &stop,
                      .on_output = [&](std::string_view output) { lines.add(output); }});
}

/// Whom nobody waits for any more has nobody to tell: the caller said already how it ended.
Error LabRunner::fail(const ExecuteStep& wanted, ProcessEnd end,
                      const modcomm::CallContext& call) const {
  if (!call.stop_requested()) {
    tell(wanted, "Lab", "StepFailed",
         StepFailed{.step = wanted.step,
                    .attempt = attempt_of(call),
                    .reason = end.describe(),
                    .output = end.output});
  }
  const Error error = Error(Code::aborted, step_failed, end.describe())
                          .with_faults({{.path = "output", .message = std::move(end.output)}});
  const bool last = attempt_of(call) >= settings().max_attempts;
  return last ? error.with_retry(modcomm::Retry::no) : error;
}

StepResult LabRunner::finish(const ExecuteStep& wanted, ProcessEnd end,
                             const modcomm::CallContext& call) const {
  StepResult result{.attempt = attempt_of(call),
                    .ended = end.describe(),
                    .took = in_milliseconds(end.took),
                    .output = std::move(end.output)};
  if (settings().verbose && !result.output.empty()) {
    constexpr modcomm::Header format{.name = "format", .value = "text"};
    tell(wanted, "Output", "StepOutput", StepOutput{.step = wanted.step, .output = result.output},
         {.priority = modcomm::Priority::low, .ttl = 5s, .headers = {&format, 1}});
  }
  return result;
}

template <class T>
void LabRunner::tell(const ExecuteStep& wanted, std::string_view channel, std::string_view type,
                     T message, modcomm::PublishOptions options) const {
  options.correlation_id = wanted.run;
  module_.publish(channel, type, std::move(message), options).value();
}

}  // namespace lab
