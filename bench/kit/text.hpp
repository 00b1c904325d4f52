// kit/text.hpp -- figures as people read them.
#pragma once

#include <string>

#include "kit/contender.hpp"

namespace bench {

/// "12.3 M/s", "845 k/s", "3.1 µs", "80 ns".
std::string figure_text(double value, Unit unit);
/// "2.41", "0.0213".
std::string ratio_text(double ratio);

}  // namespace bench
