// A durable consumer: each stored event is handled at least once, although the program ends in between.
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include <unistd.h>

#include <modcomm/modcomm.hpp>

using namespace std::chrono_literals;

struct Machine {
  std::string name{};
  int cores = 0;
};
BOOST_DESCRIBE_STRUCT(Machine, (), (name, cores))

int main() {
  const std::string folder =
      std::filesystem::temp_directory_path() / ("modcomm-consumer-" + std::to_string(getpid()));
  std::vector<std::string> bills;
  const auto bill = [&](const Machine& machine) { bills.push_back(machine.name); };

  {
    modcomm::Bus bus({.store = {.folder = folder}});
    const modcomm::Module lab = bus.module("LabRunner");
    // [create]
    bus.consumers().create("billing", {.pattern = "VM*", .max_deliveries = 3}).value();
    // [/create]
    lab.emit("VMCreated", Machine{"web", 4}, {.persist = true}).value();
    // [consume]
    const auto worker = lab.consume("billing", bill).value();
    // [/consume]
    bus.consumers().wait_until_done("billing", 5s).value();
  }
  {
    modcomm::Bus bus({.store = {.folder = folder}});  // nobody bills today
    bus.module("LabRunner").emit("VMCreated", Machine{"database", 8}, {.persist = true}).value();
  }
  modcomm::Bus bus({.store = {.folder = folder}});
  // [manual]
  const auto worker = bus.module("LabRunner")
                          .consume("billing",
                                   [&](const Machine& machine, const modcomm::Event& event,
                                       const modcomm::EventDelivery& delivery) {
                                     bill(machine);
                                     std::cout << event.name() << ' ' << machine.name
                                               << ", attempt " << delivery.attempt() << '\n';
                                     delivery.ack().value();  // or later, from another thread
                                   },
                                   {.ack = modcomm::Ack::manual})
                          .value();
  // [/manual]
  bus.consumers().wait_until_done("billing", 5s).value();
  const bool complete = bills == std::vector<std::string>{"web", "database"};
  bus.stop(5s).value();
  std::filesystem::remove_all(folder);
  return complete ? 0 : 1;
}
