// The test of docs/tour.md, which quotes the parts between the marks.
#include <cstdlib>
#include <memory>
#include <optional>

#include <modcomm/modcomm.hpp>
// [includes]
#include <modcomm/simulation.hpp>
// [/includes]

struct TemperatureRead {
  std::string room{};
  double celsius = 0;
};
BOOST_DESCRIBE_STRUCT(TemperatureRead, (), (room, celsius))

int main() {
  using namespace std::chrono_literals;
  // [test]
  auto clock = std::make_shared<modcomm::ManualClock>();
  auto executor = std::make_shared<modcomm::SeededExecutor>(clock, 7);
  modcomm::Bus bus({.auto_create = true, .clock = clock, .executor = executor});
  auto test = bus.module("Test");

  std::optional<double> last;
  auto heard =
      test.subscribe("Climate", "*", [&](const TemperatureRead& read) { last = read.celsius; })
          .value();

  test.publish("Climate", "TemperatureRead", modcomm::Value{{"room", "hall"}, {"celsius", 21}})
      .value();
  executor->run_until_idle();  // handlers run here, on this thread
  if (last != 21) return EXIT_FAILURE;
  // [/test]

  // [expiry]
  bus.stop_processor();
  test.publish("Climate", "TemperatureRead", TemperatureRead{"hall", 5}, {.ttl = 1min}).value();
  clock->advance(2min);
  bus.start_processor();
  executor->run_until_idle();
  if (last != 21 || bus.channel("Climate").value().counts.expired != 1) return EXIT_FAILURE;
  // [/expiry]
  return EXIT_SUCCESS;
}
