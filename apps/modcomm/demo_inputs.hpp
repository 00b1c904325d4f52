// What `modcomm demo` is asked to do, and what it finds to do it with.
#pragma once

#include <filesystem>
#include <string>

#include <modcomm/result.hpp>

#include "modules/plan.hpp"

namespace modcomm::program {

struct DemoOptions {
  std::filesystem::path lab{};            ///< Empty: examples/lab/lab.toml, or the one built in.
  std::filesystem::path configuration{};  ///< Empty: a copy, made for this run.
  std::filesystem::path repository = ".";
  int commits = 5;
  std::filesystem::path store{};  ///< Empty: as `demo_store` says.
  bool replay = false;            ///< Tell the last run again.
  bool json = false;
  bool keep = false;
  bool quiet = false;
};

struct DemoInputs {
  lab::Plan plan{};
  std::string source{};            ///< What the plan was read from, for people.
  std::filesystem::path folder{};  ///< Where the lab file lies; empty: it is built in.
  std::string configuration{};     ///< What the copy begins with.
};

/// Reads and checks everything before anything runs. The faults of the error name their places.
Result<DemoInputs> read_inputs(const DemoOptions& options);

}  // namespace modcomm::program
