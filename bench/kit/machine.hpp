// kit/machine.hpp -- where the figures come from, and which core a thread runs on.
#pragma once

#include <string>
#include <vector>

namespace bench {

/// What a reader needs to judge figures; no host name and no path.
struct Machine {
  unsigned cores{};
  std::string processor{};
  std::string system{};
  std::string compiler{};
  std::string date{};
};

Machine this_machine();

/// CPU time that this process has used on all its threads.
double cpu_seconds();

/// Tells afterwards how much of the machine other processes took: with much, figures are doubtful.
class Disturbance {
 public:
  Disturbance();
  /// The share of all cores' time since construction that was neither idle nor ours: 0 to 1. Peers
  /// that are processes of their own must have ended to count as ours.
  double share() const;

 private:
  struct Times {
    double busy{};
    double all{};
    double own{};
  };
  static Times now();
  Times begin_;
};

/// Confines this thread, and the threads it starts, to some cores for as long as it lives.
class OnCores {
 public:
  /// Throws std::system_error when the machine lacks such a core.
  explicit OnCores(const std::vector<unsigned>& cores);
  OnCores(const OnCores&) = delete;
  OnCores& operator=(const OnCores&) = delete;
  ~OnCores();

 private:
  std::vector<unsigned> before_{};
};

}  // namespace bench
