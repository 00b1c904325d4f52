// What the streams of this process are good for.
#pragma once

#include <cstdio>

#include "modules/console.hpp"

namespace modcomm::program {

/// A bar where a terminal can redraw one; colours there too, unless NO_COLOR is set.
lab::ConsoleStyle style_of(std::FILE* stream);

}  // namespace modcomm::program
