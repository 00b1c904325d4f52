// What the modules of the lab say to each other. They know these types and no other module.
//
//   channel        types
//   Lab            LabStarted StepStarted StepFinished StepFailed LabFinished
//   Output         StepOutput
//   Progress       Progress                      (conflated: only the newest counts)
//   Configuration  ConfigChanged ConfigApplied ConfigRefused
//   Patches        CommitSeen RepositoryUnavailable
//   Rollout        HostFound HostMissed BreakerChanged
//   Control        StopRequested
//
//   operation              parameters   reply
//   LabRunner.ExecuteStep  ExecuteStep  StepResult
//   Inventory.Lookup       Lookup       HostRecord
//
// Messages about one run of a lab carry its id as their correlation id.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/describe.hpp>

#include <modcomm/reflect.hpp>
#include <modcomm/value.hpp>

namespace lab {

struct LabStarted {
  std::string lab{};
  int steps = 0;
};
BOOST_DESCRIBE_STRUCT(LabStarted, (), (lab, steps))

struct StepStarted {
  std::string step{};
  int number = 0;
  int of = 0;
  int attempt = 1;
};
BOOST_DESCRIBE_STRUCT(StepStarted, (), (step, number, of, attempt))

struct StepFinished {
  std::string step{};
  int attempt = 1;
  std::chrono::milliseconds took{};
};
BOOST_DESCRIBE_STRUCT(StepFinished, (), (step, attempt, took))

struct StepFailed {
  std::string step{};
  int attempt = 1;
  std::string reason{};
  std::string output{};  ///< Its end, standard output and errors together.
};
BOOST_DESCRIBE_STRUCT(StepFailed, (), (step, attempt, reason, output))

struct StepOutput {
  std::string step{};
  std::string output{};
};
BOOST_DESCRIBE_STRUCT(StepOutput, (), (step, output))

struct LabFinished {
  std::string lab{};
  bool passed = false;
  int finished = 0;
  int skipped = 0;
  std::chrono::milliseconds took{};
};
BOOST_DESCRIBE_STRUCT(LabFinished, (), (lab, passed, finished, skipped, took))

struct Progress {
  std::string lab{};
  std::string doing{};  ///< A step; empty: it does nothing any more.
  int done = 0;
  int of = 0;
  double fraction = 0;  ///< How far the step is, 0 to 1, as far as it says.
  std::string text{};   ///< And what it says.
};
BOOST_DESCRIBE_STRUCT(Progress, (), (lab, doing, done, of, fraction, text))

/// A setting of a module has this value now; null: it was taken out of the file.
struct ConfigChanged {
  std::string module{};
  std::string key{};
  modcomm::Value value{};
};
BOOST_DESCRIBE_STRUCT(ConfigChanged, (), (module, key, value))

/// A module obeys.
struct ConfigApplied {
  std::string key{};
  modcomm::Value value{};
};
BOOST_DESCRIBE_STRUCT(ConfigApplied, (), (key, value))

/// A file or a setting that nobody can obey; what was valid before stays so.
struct ConfigRefused {
  std::string reason{};
};
BOOST_DESCRIBE_STRUCT(ConfigRefused, (), (reason))

struct CommitSeen {
  std::string commit{};  ///< As short as git can tell it apart.
  std::string author{};
  std::string date{};  ///< Of the author: 2026-01-31.
  std::string subject{};
};
BOOST_DESCRIBE_STRUCT(CommitSeen, (), (commit, author, date, subject))

struct RepositoryUnavailable {
  std::string folder{};
  std::string reason{};
};
BOOST_DESCRIBE_STRUCT(RepositoryUnavailable, (), (folder, reason))

struct HostFound {
  std::string host{};
  std::string address{};
  std::uint64_t request = 0;  ///< See HostRecord.
};
BOOST_DESCRIBE_STRUCT(HostFound, (), (host, address, request))

struct HostMissed {
  std::string host{};
  std::string reason{};  ///< "unavailable/circuit_open"
  std::chrono::microseconds took{};
};
BOOST_DESCRIBE_STRUCT(HostMissed, (), (host, reason, took))

/// What the bus noticed of a breaker.
struct BreakerChanged {
  std::string operation{};
  std::string change{};
};
BOOST_DESCRIBE_STRUCT(BreakerChanged, (), (operation, change))

struct StopRequested {
  std::string reason{};
};
BOOST_DESCRIBE_STRUCT(StopRequested, (), (reason))

/// Runs one step of the plan.
struct ExecuteStep {
  std::string step{};
  std::string run{};  ///< The correlation id of what is told of it.
  /// Of its process; empty: as the plan says. The deadline of the call ends it, too.
  std::optional<std::chrono::nanoseconds> timeout{};
};
BOOST_DESCRIBE_STRUCT(ExecuteStep, (), (step, run, timeout))
constexpr modcomm::Keys modcomm_keys(const ExecuteStep*) { return {.required = {"step"}}; }

struct StepResult {
  int attempt = 1;
  std::string ended{};  ///< "exited with 0"
  std::chrono::milliseconds took{};
  std::string output{};  ///< Its end, standard output and errors together.
};
BOOST_DESCRIBE_STRUCT(StepResult, (), (attempt, ended, took, output))

/// The reason of the error when a step's process did not succeed: the message says how it ended,
/// and a fault at "output" holds what it printed.
inline constexpr std::string_view step_failed = "step_failed";

/// Asks for one host.
struct Lookup {
  std::string host{};
};
BOOST_DESCRIBE_STRUCT(Lookup, (), (host))
constexpr modcomm::Keys modcomm_keys(const Lookup*) { return {.required = {"host"}}; }

struct HostRecord {
  std::string host{};
  std::string address{};
  std::uint64_t request = 0;  ///< How many requests the inventory had seen by then.
};
BOOST_DESCRIBE_STRUCT(HostRecord, (), (host, address, request))

}  // namespace lab
