// peers/server.hpp -- a server of others, run as a child with a folder of its own.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "disk.hpp"
#include "kit/child.hpp"

namespace bench::peers {

class Server {
 public:
  /// `program` is a path in what tools/setup --bench unpacked; the server has started once `answers()`
  /// says so. Throws Unavailable if it is missing, std::runtime_error if it does not answer in time.
  Server(const std::string& name, const std::string& program, std::vector<std::string> arguments,
         const std::function<bool()>& answers);

 private:
  Child child_;
};

}  // namespace bench::peers
