// peers/node.hpp -- starts the scripts of peers/node.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "kit/child.hpp"

namespace bench::peers {

/// Runs a script until it says that it is ready. Throws Unavailable with what is missing.
std::unique_ptr<Child> start_node(const std::string& script,
                                  const std::vector<std::string>& arguments);

}  // namespace bench::peers
