// Runs the modcomm program as a user would: arguments, folder and environment in; exit code and
// both streams out.
//
//   Program program({"demo", "--lab", "lab.toml"}, folder);
//   ASSERT_TRUE(program.wait_for_text("StepFailed"));
//   program.signal(SIGINT);
//   EXPECT_EQ(program.finish().exit_code, 130);
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace modcomm::testing_support {

struct ProgramEnd {
  int exit_code = -1;  ///< Minus the signal, if one ended it; -1 000 if it had to be ended.
  std::string out{};
  std::string err{};
};

/// An empty folder that goes away with the test.
class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();

  const std::filesystem::path& path() const noexcept { return path_; }
  /// Writes a file and answers its path.
  std::filesystem::path write(std::string_view name, std::string_view text) const;
  std::string read(std::string_view name) const;

 private:
  std::filesystem::path path_;
};

class Program {
 public:
  /// How long a hanging program is put up with; no test depends on how long anything takes.
  static constexpr std::chrono::seconds patience{60};

  /// Without XDG_STATE_HOME among the variables it keeps its state in a folder of its own.
  explicit Program(std::vector<std::string> arguments, const std::filesystem::path& folder = ".",
                   std::vector<std::string> variables = {});
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program();

  /// Reads until the text stands in one of the streams; false when both end without it.
  bool wait_for_text(std::string_view text);
  void signal(int number) const;
  /// Waits for its end.
  ProgramEnd finish();

 private:
  bool read_more();

  TemporaryFolder state_;
  pid_t pid_ = 0;
  int out_ = -1;
  int err_ = -1;
  std::chrono::steady_clock::time_point deadline_{};
  ProgramEnd end_{};
};

inline ProgramEnd run_program(std::vector<std::string> arguments,
                              const std::filesystem::path& folder = ".",
                              std::vector<std::string> variables = {}) {
  return Program(std::move(arguments), folder, std::move(variables)).finish();
}

}  // namespace modcomm::testing_support
