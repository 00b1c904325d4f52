// Peers in JavaScript. Node runs as a child process that is kept, warm, for all runs of a scenario.
#include <filesystem>

#include <modcomm/value.hpp>

#include "kit/child.hpp"
#include "peers/calls.hpp"

namespace bench::peers {
namespace {

const std::filesystem::path folder = MODCOMM_BENCH_NODE;

modcomm::Value parsed(const std::string& line) { return modcomm::parse_json(line).value(); }

std::unique_ptr<Child> start(const std::string& peer, const std::string& variant) {
  if (!std::filesystem::exists(folder / "node_modules")) {
    throw Unavailable("its packages are not installed; tools/setup --bench installs them");
  }
  auto child = std::make_unique<Child>(
      std::vector<std::string>{"node", (folder / "run.js").string(), peer, variant});
  const auto first = parsed(child->listen());
  if (const auto missing = first.find("missing"); missing != first.end()) {
    throw Unavailable(missing->get<std::string>());
  }
  return child;
}

}  // namespace

Contender node(const std::string& name, const std::string& peer, const std::string& variant) {
  const auto child = std::make_shared<std::unique_ptr<Child>>();
  return {.name = name,
          .run = [child](std::uint64_t count) -> Figure {
            const auto answer = parsed((*child)->ask(std::to_string(count)));
            return {.value = answer.at("ns_per_call").get<double>()};
          },
          .prepare = [child, peer, variant] { *child = start(peer, variant); },
          .finish = [child] { child->reset(); }};
}

}  // namespace bench::peers
