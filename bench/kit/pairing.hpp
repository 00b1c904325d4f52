// kit/pairing.hpp -- runs ours and theirs in alternating pairs.
//
// The machine's speed drifts from second to second. So every figure of a peer has one of ours
// beside it in time; who comes first alternates; and the peers take turns, so that a slow second
// hits all of them alike.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "kit/contender.hpp"

namespace bench {

struct Plan {
  int pairs = 10;
  std::chrono::duration<double> length{0.25};  ///< How long one run should take.
};

/// Told before each run, for a progress line.
using Progress = std::function<void(const std::string& contender)>;

Outcome run_pairs(const Scenario& scenario, const Plan& plan, const Progress& progress);

}  // namespace bench
