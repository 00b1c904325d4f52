// modcomm, few operations or many: what each of them costs to call and to list.
#include <algorithm>
#include <random>

#include "ours_calls.hpp"
#include "ours_common.hpp"

namespace bench::ours {
namespace {

std::string name_of(unsigned operation) { return "Operation-" + std::to_string(operation); }

/// A bus full of operations, made once for all runs.
class Catalogue {
 public:
  explicit Catalogue(unsigned operations) {
    const auto math = bus_.module("Math");
    for (unsigned i = 0; i < operations; ++i) {
      math.provide(name_of(i), [](const Addition& addition) { return addition.a + addition.b; },
                   {.execution = modcomm::Execution::inline_})
          .value()
          .detach();
    }
  }

  modcomm::Bus& bus() { return bus_; }
  modcomm::Module caller() { return bus_.module("Caller"); }

 private:
  modcomm::Bus bus_{};
};

/// Some of them, far from each other, in no order.
std::vector<std::string> chosen(const Registry& registry) {
  std::vector<std::string> names;
  for (unsigned i = 0; i < registry.called; ++i) {
    names.push_back("Math." + name_of(i * (registry.operations / registry.called)));
  }
  std::shuffle(names.begin(), names.end(), std::mt19937(1));
  return names;
}

/// Calls `call(target, n)` for one target after the other.
template <class Target, class Call>
Figure measure_in_turn(const std::vector<Target>& targets, std::uint64_t count, Call call) {
  return measure_calls(count, [&, next = std::size_t{0}](std::int64_t n) mutable {
    const Target& target = targets[next];
    if (++next == targets.size()) next = 0;
    return call(target, Addition{.a = n, .b = 1});
  });
}

Figure call_by_name(Catalogue& catalogue, const Registry& registry, std::uint64_t count) {
  const auto caller = catalogue.caller();
  return measure_in_turn(chosen(registry), count,
                         [&](const std::string& name, const Addition& addition) {
                           return caller.call<std::int64_t>(name, addition).value();
                         });
}

Figure call_by_handle(Catalogue& catalogue, const Registry& registry, std::uint64_t count) {
  std::vector<modcomm::Operation<std::int64_t>> handles;
  for (const auto& name : chosen(registry)) {
    handles.push_back(catalogue.caller().operation<std::int64_t>(name).value());
  }
  return measure_in_turn(handles, count, [](const auto& handle, const Addition& addition) {
    return handle.call(addition).value();
  });
}

Figure list(Catalogue& catalogue, std::uint64_t operations, std::uint64_t count) {
  const OnCores pinned({0});
  const auto begin = std::chrono::steady_clock::now();
  std::uint64_t listed = 0;
  do listed += catalogue.bus().operations().size();
  while (listed < count);
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
  if (listed % operations != 0) give_up("a listing is not whole");
  return {.value = took.count() / static_cast<double>(listed)};
}

std::string count_text(unsigned operations) {
  return operations < 1'000 ? std::to_string(operations)
                            : std::to_string(operations / 1'000) + ",000";
}

template <class Run>
Contender contender(unsigned operations, Run run) {
  const auto catalogue = std::make_shared<std::unique_ptr<Catalogue>>();
  return {
      .name = "modcomm, " + count_text(operations),
      .run = [catalogue, run](std::uint64_t count) { return run(**catalogue, count); },
      .prepare = [catalogue, operations] { *catalogue = std::make_unique<Catalogue>(operations); },
      .finish = [catalogue] { catalogue->reset(); }};
}

}  // namespace

Contender registry_call(const Registry& registry) {
  return contender(registry.operations, [registry](Catalogue& catalogue, std::uint64_t count) {
    return registry.by_handle ? call_by_handle(catalogue, registry, count)
                              : call_by_name(catalogue, registry, count);
  });
}

Contender registry_listing(unsigned operations) {
  return contender(operations, [operations](Catalogue& catalogue, std::uint64_t count) {
    return list(catalogue, operations, count);
  });
}

}  // namespace bench::ours
