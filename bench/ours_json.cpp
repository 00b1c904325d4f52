// modcomm, calls whose parameters and replies are JSON text: what a gateway or a hub hands over.
#include "ours_calls.hpp"
#include "ours_common.hpp"

namespace bench::ours {
namespace {

struct Step {
  std::string step_name{};
  std::int64_t weight{};
  double timeout{};
  std::vector<std::string> hosts{};
  std::string notes{};
};
BOOST_DESCRIBE_STRUCT(Step, (), (step_name, weight, timeout, hosts, notes))

constexpr std::string_view before = R"({"step_name":"CreateVirtualMachine","weight":)";
constexpr std::string_view weight_key = R"("weight":)";

/// About 300 bytes.
std::string after() {
  return R"(,"timeout":30.5,"hosts":["alpha.lab","beta.lab","gamma.lab"],"notes":")" +
         std::string(168, 'n') + "\"}";
}

modcomm::Value schema() {
  return modcomm::parse_json(R"({
    "type": "object",
    "additionalProperties": false,
    "required": ["step_name", "weight", "timeout", "hosts", "notes"],
    "properties": {
      "step_name": {"type": "string", "minLength": 1},
      "weight": {"type": "integer", "minimum": 0},
      "timeout": {"type": "number"},
      "hosts": {"type": "array", "items": {"type": "string"}},
      "notes": {"type": "string", "maxLength": 1000}}})")
      .value();
}

std::int64_t weight_in(const modcomm::Bytes& reply) {
  const auto at = reply.data.find(weight_key);
  return std::atoll(reply.data.c_str() + at + weight_key.size());
}

/// The handler answers what it was given.
template <class T>
Figure run(std::uint64_t count, modcomm::OperationOptions options) {
  options.execution = modcomm::Execution::inline_;
  modcomm::Bus bus;
  const auto registration =
      bus.module("Lab").provide("Run", [](const T& step) { return step; }, options).value();
  const auto handle = bus.module("Gateway").operation<modcomm::Bytes>("Lab.Run").value();
  const std::string rest = after();
  return measure_calls(count, [&](std::int64_t n) {
    std::string text(before);
    text.append(std::to_string(n)).append(rest);
    return weight_in(handle.call(modcomm::Bytes{std::move(text), "application/json"}).value()) + 1;
  });
}

}  // namespace

Contender json_call_typed() {
  return {.name = "modcomm, described type",
          .run = [](std::uint64_t count) { return run<Step>(count, {}); }};
}

Contender json_call_schema() {
  return {.name = "modcomm, given schema", .run = [](std::uint64_t count) {
            return run<modcomm::Value>(count, {.schema = schema()});
          }};
}

}  // namespace bench::ours
