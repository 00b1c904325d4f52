#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include <modcomm/reflect.hpp>

/// Described types of every kind, for the tests and fuzzers of core.
namespace lab {

enum class Phase : std::int8_t { planned = -1, running_now = 4, done = 5 };
BOOST_DESCRIBE_ENUM(Phase, planned, running_now, done)

struct Named {
  std::string name = "unnamed";
  bool operator==(const Named&) const = default;
};
BOOST_DESCRIBE_STRUCT(Named, (), (name))

struct Limits {
  std::uint8_t level = 7;
  std::uint64_t bytes{};
  float ratio = 0.5F;
  bool operator==(const Limits&) const = default;
};
BOOST_DESCRIBE_STRUCT(Limits, (), (level, bytes, ratio))

using Outcome = std::variant<std::monostate, std::int64_t, double, std::string, std::vector<int>>;

struct Step : Named {
  int retries = 3;
  std::optional<std::chrono::milliseconds> timeout{};
  Phase phase = Phase::planned;
  std::vector<std::string> args{};
  std::map<std::string, std::int16_t> env{};
  Outcome outcome{};
  modcomm::Value parameters{};
  Limits limits{};
  bool operator==(const Step&) const = default;
};
BOOST_DESCRIBE_STRUCT(Step, (Named),
                      (retries, timeout, phase, args, env, outcome, parameters, limits))

struct Plan {
  std::vector<Step> steps{};
  std::array<double, 3> point{};
  std::set<std::string> tags{};
  std::unordered_map<std::string, std::optional<bool>> flags{};
  std::vector<bool> bits{};
  std::chrono::system_clock::time_point at{};
  std::chrono::nanoseconds took{};
  bool operator==(const Plan&) const = default;
};
BOOST_DESCRIBE_STRUCT(Plan, (), (steps, point, tags, flags, bits, at, took))

/// Contains itself.
struct Tree {
  std::string label{};
  std::vector<Tree> branches{};
  bool operator==(const Tree&) const = default;
};
BOOST_DESCRIBE_STRUCT(Tree, (), (label, branches))

/// Has keys of its own and a member that must be there.
struct Job {
  std::string step_name{};
  int max_jobs = 5;
  std::optional<std::string> owner{};
  bool operator==(const Job&) const = default;
};
BOOST_DESCRIBE_STRUCT(Job, (), (step_name, max_jobs, owner))

constexpr modcomm::Keys modcomm_keys(const Job*) {
  return {.rule = modcomm::KeyRule::pascal_case,
          .names = {{"owner", "ownedBy"}},
          .required = {"step_name"}};
}

/// Chooses between described structs by their keys.
struct Circle {
  double radius{};
  bool operator==(const Circle&) const = default;
};
BOOST_DESCRIBE_STRUCT(Circle, (), (radius))
constexpr modcomm::Keys modcomm_keys(const Circle*) { return {.required = {"radius"}}; }

struct Box {
  double width{};
  double height{};
  bool operator==(const Box&) const = default;
};
BOOST_DESCRIBE_STRUCT(Box, (), (width, height))

using Figure = std::variant<Circle, Box>;

}  // namespace lab
