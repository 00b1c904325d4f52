// Tests own time and threads: handlers run when the test says so, in an order that a seed decides,
// and five minutes pass in no time.
#include <iostream>
#include <memory>

#include <modcomm/modcomm.hpp>
#include <modcomm/simulation.hpp>

int main() {
  using namespace std::chrono_literals;
  const auto clock = std::make_shared<modcomm::ManualClock>();
  const auto executor = std::make_shared<modcomm::SeededExecutor>(clock, 42);
  modcomm::Bus bus({.clock = clock, .executor = executor});
  const modcomm::Module lab = bus.module("LabRunner");

  int heard = 0;
  const auto subscription =
      bus.module("Screen").subscribe("Hints", "*", [&](const std::string&) { ++heard; }).value();

  lab.publish("Hints", "Hint", "still fresh", {.ttl = 5min}).value();
  const bool nothing_ran_yet = heard == 0;
  executor->run_until_idle();
  const bool then_it_did = heard == 1;

  bus.stop_processor();
  lab.publish("Hints", "Hint", "stale when anybody looks", {.ttl = 5min}).value();
  clock->advance(6min);
  bus.start_processor();
  executor->run_until_idle();

  const modcomm::MessageCounts counts = bus.channel("Hints").value().counts;
  std::cout << "accepted " << counts.accepted << ", delivered " << counts.routed << ", expired "
            << counts.expired << '\n';
  return nothing_ran_yet && then_it_did && heard == 1 && counts.expired == 1 ? 0 : 1;
}
