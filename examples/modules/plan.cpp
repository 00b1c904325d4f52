#include "modules/plan.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "modules/toml_file.hpp"

namespace lab {
namespace {

constexpr std::string_view letters_of_hosts =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";

/// What types alone cannot say.
class PlanCheck {
 public:
  explicit PlanCheck(const Plan& plan) : plan_(plan) {}

  std::vector<modcomm::Fault> faults() && {
    if (plan_.name.empty()) fault("name", "must not be empty");
    if (plan_.timeout.count() <= 0) fault("timeout", "must be more than 0");
    if (plan_.steps.empty()) fault("step", "a lab needs at least one [[step]]");
    for (std::size_t i = 0; i < plan_.steps.size(); ++i) check(i);
    if (plan_.rollout) check(*plan_.rollout);
    return std::move(faults_);
  }

 private:
  void check(std::size_t index) {
    const Step& step = plan_.steps[index];
    const std::string path = fmt::format("step[{}]", index);
    if (step.name.empty()) fault(path + ".name", "must not be empty");
    if (has_no_command(step)) fault(path + ".run", "must name a command");
    if (step.timeout.count() <= 0) fault(path + ".timeout", "must be more than 0");
    if (step.attempts < 1 || step.attempts > most_attempts) {
      fault(path + ".attempts", fmt::format("must be from 1 to {}", most_attempts));
    }
    const auto before = plan_.steps.begin() + static_cast<std::ptrdiff_t>(index);
    if (std::ranges::find(plan_.steps.begin(), before, step.name, &Step::name) != before) {
      fault(path + ".name", fmt::format("there is a step '{}' already", step.name));
    }
  }

  void check(const RolloutPlan& rollout) {
    if (rollout.hosts.empty()) fault("rollout.hosts", "must name a host");
    if (rollout.inventory.empty()) fault("rollout.inventory", "must say how it meets requests");
    for (std::size_t i = 0; i < rollout.hosts.size(); ++i) {
      const std::string& host = rollout.hosts[i];
      if (!host.empty() && host.find_first_not_of(letters_of_hosts) == host.npos) continue;
      fault(fmt::format("rollout.hosts[{}]", i), "must be letters, digits, '-' and '.'");
    }
  }

  static bool has_no_command(const Step& step) {
    const std::vector<std::string> arguments = step.arguments();
    const std::string& last = arguments.empty() ? std::string() : arguments.back();
    const bool shell = std::holds_alternative<std::string>(step.run);
    if (shell) return last.find_first_not_of(" \t\r\n") == std::string::npos;
    return arguments.empty() || arguments.front().empty();
  }

  void fault(std::string path, std::string message) {
    faults_.push_back({.path = std::move(path), .message = std::move(message)});
  }

  const Plan& plan_;
  std::vector<modcomm::Fault> faults_;
};

modcomm::Result<Plan> check_plan(const TomlFile& file) {
  modcomm::Result<Plan> plan = file.as<Plan>();
  if (!plan) return plan;
  std::vector<modcomm::Fault> faults = PlanCheck(*plan).faults();
  if (faults.empty()) return plan;
  return file.placed(modcomm::Error(modcomm::Code::invalid_argument, modcomm::reason::validation,
                                    "the lab cannot run")
                         .with_faults(std::move(faults)));
}

}  // namespace

std::vector<std::string> Step::arguments() const {
  if (const auto* line = std::get_if<std::string>(&run)) return {"/bin/sh", "-c", *line};
  return std::get<std::vector<std::string>>(run);
}

modcomm::Result<Plan> read_plan(const std::filesystem::path& file) {
  const auto read = TomlFile::read(file);
  if (!read) return read.error();
  return check_plan(*read);
}

modcomm::Result<Plan> parse_plan(std::string_view text, std::string name) {
  const auto read = TomlFile::parse(text, std::move(name));
  if (!read) return read.error();
  return check_plan(*read);
}

}  // namespace lab
