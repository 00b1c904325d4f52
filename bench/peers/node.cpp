// Peers in JavaScript. Node runs as a child process that is kept, warm, for all runs of a scenario.
#include "peers/node.hpp"

#include <filesystem>

#include <modcomm/value.hpp>

#include "peers/calls.hpp"

namespace bench::peers {
namespace {

const std::filesystem::path folder = MODCOMM_BENCH_NODE;

modcomm::Value parsed(const std::string& line) { return modcomm::parse_json(line).value(); }

}  // namespace

std::unique_ptr<Child> start_node(const std::string& script,
                                  const std::vector<std::string>& arguments) {
  if (!std::filesystem::exists(folder / "node_modules")) {
    throw Unavailable("its packages are not installed; tools/setup --bench installs them");
  }
  std::vector<std::string> command{"node", (folder / script).string()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  auto child = std::make_unique<Child>(command);
  const auto first = parsed(child->listen());
  if (const auto missing = first.find("missing"); missing != first.end()) {
    throw Unavailable(missing->get<std::string>());
  }
  return child;
}

Contender node(const std::string& name, const std::string& peer, const std::string& variant) {
  const auto child = std::make_shared<std::unique_ptr<Child>>();
  return {.name = name,
          .run = [child](std::uint64_t count) -> Figure {
            const auto answer = parsed((*child)->ask(std::to_string(count)));
            return {.value = answer.at("ns_per_call").get<double>()};
          },
          .prepare = [child, peer, variant] { *child = start_node("run.js", {peer, variant}); },
          .finish = [child] { child->reset(); }};
}

}  // namespace bench::peers
