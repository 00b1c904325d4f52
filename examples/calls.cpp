// One module provides an operation, another calls it: with retries, with a middleware around it,
// and with an answer for the time when nobody answers.
#include <iostream>

#include <modcomm/modcomm.hpp>

using namespace std::chrono_literals;

// [types]
struct ExecuteStep {
  std::string step_name{};
  int weight = 1;
};
struct StepResult {
  bool success{};
  std::string detail{};
};
BOOST_DESCRIBE_STRUCT(ExecuteStep, (), (step_name, weight))
BOOST_DESCRIBE_STRUCT(StepResult, (), (success, detail))
// [/types]

struct Compress {
  std::string file{};
  int level = 6;
};
BOOST_DESCRIBE_STRUCT(Compress, (), (file, level))

/// One operation limits what it takes; the other begins it and does not wait.
bool archive(const modcomm::Module& lab, const modcomm::Module& config) {
  // [notes]
  const auto compress =
      lab.provide("Compress", [](const Compress& job) { return job.file + ".gz"; },
                  {.parameters = {{.name = "level",
                                   .description = "from 0, fast, to 9, small",
                                   .minimum = 0,
                                   .maximum = 9}}})
          .value();
  // [/notes]

  // [background]
  const auto archive =
      lab.provide("Archive",
                  [&](const std::string& file) {
                    const Compress job{.file = file};
                    return lab
                        .send("LabRunner.Compress", job, {.timeout = 10min, .background = true})
                        .has_value();
                  })
          .value();
  // [/background]
  return config.call<bool>("LabRunner.Archive", std::string("lab.tar")).value() &&
         !config.call("LabRunner.Compress", Compress{.file = "lab.tar", .level = 10});
}

int main() {
  modcomm::Bus bus;
  const auto lab = bus.module("LabRunner");
  const auto config = bus.module("ConfigurationCore");

  // [provide]
  int runs = 0;
  const auto registration =
      lab.provide("ExecuteStep",
                  [&](const ExecuteStep& step,
                      modcomm::CallContext& call) -> modcomm::Result<StepResult> {
                    call.progress(0.5, "half of " + step.step_name);
                    if (++runs == 1) {
                      return modcomm::Error(modcomm::Code::unavailable, "no_host",
                                            "the host is away");
                    }
                    return StepResult{.success = true, .detail = step.step_name};
                  },
                  {.description = "Execute one lab step", .timeout = 5min, .idempotent = true})
          .value();
  // [/provide]

  // [middleware]
  const auto log = [](modcomm::CallContext& call, const modcomm::Next& next) {
    const modcomm::Result<void> done = next();
    std::cout << call.caller() << " called " << call.operation() << ", attempt " << call.attempt()
              << ": " << (done ? "good" : done.error().message()) << '\n';
    return done;
  };
  bus.call_middleware().add({.name = "log", .function = log, .order = 10}).value();
  // [/middleware]

  // [call]
  const modcomm::Result<StepResult> done =
      config.call<StepResult>("LabRunner.ExecuteStep", ExecuteStep{.step_name = "CreateVM"},
                              {.timeout = 10s, .retries = 3});
  // [/call]

  // [refused]
  const auto refused = config.call<StepResult>("LabRunner.ExecuteStep",
                                               modcomm::Value{{"step_name", 7}, {"wieght", 2}});
  for (const modcomm::Fault& fault : refused.error().faults()) {
    std::cout << fault.path << ": " << fault.message << '\n';
  }
  // [/refused]

  // [pending]
  auto pending =
      config.start<StepResult>("LabRunner.ExecuteStep", ExecuteStep{.step_name = "Test"}).value();
  const modcomm::Result<StepResult> later = pending.wait();  // dropping it would cancel the call
  // [/pending]

  // [test]
  const modcomm::OperationTest test =
      config.test("LabRunner.ExecuteStep", modcomm::Value{{"step_name", "Test"}});
  for (const modcomm::StageResult& stage : test.stages) {
    std::cout << boost::describe::enum_to_string(stage.stage, "") << ' '
              << (stage.error ? stage.error->message : "ok") << '\n';
  }
  // [/test]

  return done && done->success && !refused && later && test.ok && archive(lab, config) ? 0 : 1;
}
