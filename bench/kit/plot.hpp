// kit/plot.hpp -- a scenario as a picture: a bar a contender, ours on top.
#pragma once

#include <string>

#include "kit/contender.hpp"

namespace bench {

/// SVG without a background, readable on light and dark pages. Bars are medians, whiskers
/// quartiles.
std::string plot(const Outcome& outcome);

}  // namespace bench
