// How the program ends; `modcomm --help` lists these.
#pragma once

namespace modcomm::program {

enum ExitCode : int {
  success = 0,
  work_failed = 1,  ///< The command ran, and what it was asked to do failed.
  usage = 2,        ///< Bad options or bad input; nothing was run.
  internal = 3,     ///< A fault of this program.
  by_signal = 128,  ///< And the number of the signal that ended the work.
};

}  // namespace modcomm::program
