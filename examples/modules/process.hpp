// Runs a command as a process of its own, and always comes back.
//
//   lab::ProcessEnd end = lab::run_process({.arguments = {"tar", "-cf", "site.tar", "site"}},
//                                          {.timeout = 5s});
//   if (!end.success()) std::cerr << end.describe() << '\n' << end.output;
//
// The command gets an empty standard input, a process group of its own, and no blocked signals.
// Output and errors are kept together, in the order in which they were written. When the command
// ends, so does whatever it left behind in its group.
//
// Threads.   Free functions; call from any thread.
// Errors.    In the answer: a command that cannot be started has the ending `not_started`.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "modules/stop_event.hpp"

namespace lab {

struct Command {
  std::vector<std::string> arguments{};  ///< The program, looked up in PATH, and its arguments.
  std::filesystem::path folder{};        ///< Where it runs; empty: here.
  std::vector<std::string> variables{};  ///< "NAME=value", beside those of this process.
};

struct ProcessLimits {
  std::chrono::nanoseconds timeout = std::chrono::seconds(30);
  /// Between asking (SIGTERM) and forcing (SIGKILL), once time is up or a stop was requested.
  std::chrono::nanoseconds grace = std::chrono::milliseconds(500);
  std::size_t keep_output = std::size_t{64} << 10U;  ///< In bytes; the end is what is kept.
  const StopEvent* stop = nullptr;
  /// Hears what the command prints as it comes, on the thread that runs it.
  std::function<void(std::string_view)> on_output{};
};

enum class Ending : std::uint8_t { not_started, exited, signalled, timed_out, stopped };

struct ProcessEnd {
  Ending ending = Ending::not_started;
  int exit_code = 0;  ///< If it exited.
  int signal = 0;     ///< What ended it, or 0.
  std::chrono::nanoseconds took{0};
  std::uint64_t output_bytes = 0;  ///< All that it wrote; `output` may hold less.
  std::string output{};
  std::string error{};  ///< Why it could not be started.

  bool success() const noexcept { return ending == Ending::exited && exit_code == 0; }
  /// "exited with 1", "killed by signal 9 (KILL)", "timed out after 2s", ...
  std::string describe() const;
};

ProcessEnd run_process(const Command& command, const ProcessLimits& limits);

}  // namespace lab
