// The program: reads its arguments, runs one verb, and says how it ends.
#pragma once

namespace modcomm::program {

/// Never throws.
int run(int argc, char** argv) noexcept;

}  // namespace modcomm::program
