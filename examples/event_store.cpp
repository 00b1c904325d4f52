// Events that survive: one bus stores what happened and ends, the next one tells it again.
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
      (std::filesystem::temp_directory_path() / ("modcomm-event-store-" + std::to_string(getpid())))
          .string();
  {
    // [persist]
    modcomm::Bus bus({.store = {.folder = folder}});
    const modcomm::Module lab = bus.module("LabRunner");
    const auto receipt = lab.emit("VMCreated", Machine{"web", 4}, {.persist = true}).value();
    std::cout << "stored as " << receipt.sequence << ", " << to_string(receipt.durability) << '\n';
    // [/persist]
    for (int i = 0; i < 100; ++i) {
      lab.emit_async("VMStarted", Machine{"worker " + std::to_string(i), 2}, {.persist = true})
          .value();
    }
  }  // the bus has ended, and with it all that it had in memory

  // [replay]
  modcomm::Bus bus({.store = {.folder = folder}});
  std::vector<std::string> machines;
  const auto watch =
      bus.module("Console")
          .on_event("VM*", [&](const Machine& machine) { machines.push_back(machine.name); },
                    {.replay = modcomm::Replay::beginning()})
          .value();
  // [/replay]
  bus.drain(5s).value();
  std::cout << machines.size() << " machines, the first one " << machines.at(0) << '\n';
  const bool complete = machines.size() == 101 && bus.store().last_sequence == 101;
  bus.stop(5s).value();
  std::filesystem::remove_all(folder);
  return complete ? 0 : 1;
}
