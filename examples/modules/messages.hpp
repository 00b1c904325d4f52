// What the modules of the lab say to each other. They know these types and no other module.
//
//   channel        types
//   Lab            LabStarted StepStarted StepFinished StepFailed LabFinished
//   Output         StepOutput
//   Progress       Progress                      (conflated: only the newest counts)
//   Configuration  ConfigChanged ConfigApplied ConfigRefused
//   Patches        CommitSeen RepositoryUnavailable
//   Control        StopRequested
//
// Messages about one run of a lab carry its id as their correlation id.
#pragma once

#include <chrono>
#include <string>

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
  bool tries_again = false;
  std::string reason{};
  std::string output{};  ///< Its end, standard output and errors together.
};
BOOST_DESCRIBE_STRUCT(StepFailed, (), (step, attempt, tries_again, reason, output))

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
  std::string doing{};
  int done = 0;
  int of = 0;
};
BOOST_DESCRIBE_STRUCT(Progress, (), (lab, doing, done, of))

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

struct StopRequested {
  std::string reason{};
};
BOOST_DESCRIBE_STRUCT(StopRequested, (), (reason))

}  // namespace lab
