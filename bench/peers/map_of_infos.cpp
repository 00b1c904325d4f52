// What a listing shows, kept ready in a map and copied out of it: what memory alone costs.
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <modcomm/operation.hpp>

#include "peers/calls.hpp"

namespace bench::peers {
namespace {

using Infos = std::map<std::string, std::unique_ptr<modcomm::OperationInfo>>;

Infos infos_of(unsigned operations) {
  Infos infos;
  for (unsigned i = 0; i < operations; ++i) {
    const std::string name = "Catalogue.Operation" + std::to_string(i);
    infos[name] = std::make_unique<modcomm::OperationInfo>(
        modcomm::OperationInfo{.name = name, .module = "Catalogue"});
  }
  return infos;
}

Figure copy_all(const Infos& infos, std::uint64_t count) {
  const OnCores pinned({0});
  const auto begin = std::chrono::steady_clock::now();
  std::uint64_t listed = 0;
  while (listed < count) {
    std::vector<modcomm::OperationInfo> all;
    all.reserve(infos.size());
    for (const auto& [name, info] : infos) all.push_back(*info);
    listed += all.size();
  }
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
  return {.value = took.count() / static_cast<double>(listed)};
}

}  // namespace

Contender map_of_infos(unsigned operations) {
  const auto infos = std::make_shared<Infos>();
  return {.name = "copies out of a map, " + std::to_string(operations),
          .run = [infos](std::uint64_t count) { return copy_all(*infos, count); },
          .prepare = [infos, operations] { *infos = infos_of(operations); },
          .finish = [infos] { infos->clear(); }};
}

}  // namespace bench::peers
