// cockatiel and opossum: the calls are made in Node, which tells of each when all is over.
#include <modcomm/value.hpp>

#include "flaky/outage.hpp"
#include "peers/node.hpp"

namespace bench::flaky {
namespace {

/// Node reads the same monotonic clock.
Time time_of(const modcomm::Value& nanoseconds) {
  return Time(std::chrono::nanoseconds(nanoseconds.get<std::int64_t>()));
}

std::vector<Call> run(Child& child, std::uint16_t port, const Plan& plan, Time end) {
  const modcomm::Value task = {{"port", port},
                               {"callers", plan.callers},
                               {"period", plan.period.count()},
                               {"end", end.time_since_epoch().count()}};
  std::vector<Call> calls;
  for (const auto& call : modcomm::parse_json(child.ask(task.dump())).value()) {
    calls.push_back({time_of(call.at(0)), time_of(call.at(1)), call.at(2).get<bool>()});
  }
  return calls;
}

Guard guard(const char* name, const std::string& variant) {
  return {name, [variant]() -> Callers {
            const std::shared_ptr<Child> child = peers::start_node("flaky.js", {variant});
            return [child](std::uint16_t port, const Plan& plan, Time end) {
              return run(*child, port, plan, end);
            };
          }};
}

}  // namespace

std::vector<Guard> peers() {
  return {guard("cockatiel, retry", "cockatiel-retry"),
          guard("cockatiel, breaker", "cockatiel-breaker"),
          guard("cockatiel, retry and breaker", "cockatiel-both"),
          guard("opossum, breaker", "opossum-breaker")};
}

}  // namespace bench::flaky
