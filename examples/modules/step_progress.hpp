// Finds in what a command prints how far it is: lines that begin as those of make and ninja do.
//
//   "[ 40%] Building"   ->  0.4, "Building"
//   "[2/5] packing"     ->  0.4, "packing"
//
//   lab::ProgressLines lines([&](const lab::StepProgress& progress) { show(progress); });
//   lines.add("[1/2] ha");
//   lines.add("lf\n");                   // now it is shown
//
// Threads.   One object belongs to one thread at a time.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace lab {

struct StepProgress {
  double fraction = 0;  ///< 0 to 1.
  std::string text{};

  friend bool operator==(const StepProgress&, const StepProgress&) = default;
};

/// Empty if the line tells nothing.
std::optional<StepProgress> parse_progress(std::string_view line);

/// Puts lines together from pieces of output.
class ProgressLines {
 public:
  explicit ProgressLines(std::function<void(const StepProgress&)> on_progress);

  void add(std::string_view output);

 private:
  void end_line();

  std::function<void(const StepProgress&)> on_progress_;
  std::string line_;
};

}  // namespace lab
