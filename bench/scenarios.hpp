// scenarios.hpp -- the questions that the benchmark asks, and who answers them.
#pragma once

#include <vector>

#include "kit/contender.hpp"

namespace bench {

/// All of them, in the order of the page.
std::vector<Scenario> scenarios();

std::vector<Scenario> message_scenarios();
std::vector<Scenario> call_scenarios();
std::vector<Scenario> store_scenarios();

}  // namespace bench
