// kit/report.hpp -- outcomes as a table on the terminal and as docs/benchmarks.md with its plots.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "kit/contender.hpp"
#include "kit/machine.hpp"
#include "kit/pairing.hpp"

namespace bench {

/// One scenario for the terminal, with a line a peer.
std::string table(const Outcome& outcome);

/// The whole page; plots are expected in benchmarks/ beside it. `appendix` is what else there is, as
/// Markdown.
std::string page(const std::vector<Outcome>& outcomes, const Plan& plan, const Machine& machine,
                 const std::string& command, const std::string& appendix = {});

/// Writes `folder`/benchmarks.md and `folder`/benchmarks/*.svg. Throws what the file system says.
void write_docs(const std::filesystem::path& folder, const std::vector<Outcome>& outcomes,
                const Plan& plan, const Machine& machine, const std::string& command,
                const std::string& appendix = {});

}  // namespace bench
