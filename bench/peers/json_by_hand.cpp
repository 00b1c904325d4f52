// JSON text in and out by nlohmann::json, with nothing else around it.
#include <nlohmann/json.hpp>

#include "peers/calls.hpp"

namespace bench::peers {
namespace {

Figure run(std::uint64_t count) {
  const std::string before = R"({"step_name":"CreateVirtualMachine","weight":)";
  const std::string after =
      R"(,"timeout":30.5,"hosts":["alpha.lab","beta.lab","gamma.lab"],"notes":")" +
      std::string(168, 'n') + "\"}";
  return measure_calls(count, [&](std::int64_t n) {
    const auto value = nlohmann::json::parse(before + std::to_string(n) + after);
    const std::string reply = value.dump();
    if (reply.size() < before.size() + after.size()) give_up("the reply is too short");
    return value.at("weight").get<std::int64_t>() + 1;
  });
}

}  // namespace

Contender json_by_hand() { return {.name = "nlohmann::json alone", .run = run}; }

}  // namespace bench::peers
