// The lab, its modules and the bus between them.
#pragma once

#include "demo_inputs.hpp"

namespace modcomm::program {

/// Runs to the end and says how the program ends. Throws modcomm::Exception on faults of its own.
int run_demo(const DemoOptions& options);

}  // namespace modcomm::program
