// scenarios.hpp -- the questions that the benchmark asks, and who answers them.
#pragma once

#include <vector>

#include "kit/contender.hpp"

namespace bench {

std::vector<Scenario> scenarios();

}  // namespace bench
