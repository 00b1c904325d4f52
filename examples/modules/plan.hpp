// What a lab shall do: the content of a lab file.
//
//   name = "nightly backup"
//
//   [[step]]
//   name = "archive"
//   run = ["tar", "-cf", "site.tar", "site"]     # a program and its arguments ...
//   timeout = "30s"
//
//   [[step]]
//   name = "verify"
//   run = "sha256sum --check sums.txt"           # ... or a line for /bin/sh
//   attempts = 3
//
//   [rollout]                                    # may be left out
//   hosts = ["web-1", "web-2"]
//   inventory = ["ok", "hang", "ok"]             # how it meets request after request
//
// Errors.    Every fault of a file at once: Error::faults() holds place and message of each.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <boost/describe.hpp>

#include <modcomm/reflect.hpp>
#include <modcomm/result.hpp>

#include "modules/flaky_service.hpp"

namespace lab {

inline constexpr int most_attempts = 20;

/// A command of a lab.
struct Step {
  std::string name{};
  std::variant<std::string, std::vector<std::string>> run{};
  std::chrono::nanoseconds timeout = std::chrono::seconds(30);  ///< Of one attempt.
  int attempts = 1;                                             ///< The first one included.

  /// What to start: shell lines are given to /bin/sh.
  std::vector<std::string> arguments() const;
};
BOOST_DESCRIBE_STRUCT(Step, (), (name, run, timeout, attempts))
constexpr modcomm::Keys modcomm_keys(const Step*) { return {.required = {"name", "run"}}; }

/// Hosts to look up in an inventory that is played (flaky_service.hpp).
struct RolloutPlan {
  std::vector<std::string> hosts{};
  std::vector<Mood> inventory{};
};
BOOST_DESCRIBE_STRUCT(RolloutPlan, (), (hosts, inventory))
constexpr modcomm::Keys modcomm_keys(const RolloutPlan*) {
  return {.required = {"hosts", "inventory"}};
}

/// Commands in their order.
struct Plan {
  std::string name{};
  std::string description{};
  std::chrono::nanoseconds timeout = std::chrono::minutes(10);  ///< Of all steps together.
  std::vector<Step> steps{};
  std::optional<RolloutPlan> rollout{};
};
BOOST_DESCRIBE_STRUCT(Plan, (), (name, description, timeout, steps, rollout))
constexpr modcomm::Keys modcomm_keys(const Plan*) {
  return {.names = {{"steps", "step"}}, .required = {"name", "steps"}};
}

modcomm::Result<Plan> read_plan(const std::filesystem::path& file);
/// `name` stands for the file in messages.
modcomm::Result<Plan> parse_plan(std::string_view text, std::string name);

}  // namespace lab
