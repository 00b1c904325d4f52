// A history that goes out to a file and comes back into another store.
#include <filesystem>
#include <iostream>
#include <string>

#include <unistd.h>

#include <modcomm/modcomm.hpp>

using namespace std::chrono_literals;
using modcomm::HistoryFormat;
using modcomm::HistorySource;
using modcomm::HistoryTarget;

struct Machine {
  std::string name{};
  int cores = 0;
};
BOOST_DESCRIBE_STRUCT(Machine, (), (name, cores))

int main() {
  const auto folder =
      std::filesystem::temp_directory_path() / ("modcomm-history-file-" + std::to_string(getpid()));
  const std::string file = (folder / "machines.csv").string();
  modcomm::Bus bus({.store = {.folder = (folder / "store").string()}});
  const modcomm::Module lab = bus.module("LabRunner");
  for (const char* name : {"web", "db", "cache"}) {
    lab.emit("VMCreated", Machine{name, 4}, {.correlation_id = "run-7", .persist = true}).value();
  }

  // [export]
  const auto written = modcomm::export_history(
                           bus, HistoryTarget::file(file),
                           {.query = {.stored = true, .name = "VM*"}, .format = HistoryFormat::csv})
                           .value();
  std::cout << written.events << " events, " << written.bytes << " bytes\n";
  // [/export]

  // [import]
  modcomm::Bus copy({.store = {.folder = (folder / "copy").string()}});
  const auto read = modcomm::import_history(copy, HistorySource::file(file)).value();
  std::cout << read.imported << " imported as " << read.first_sequence << " to "
            << read.last_sequence << '\n';
  const auto again = modcomm::import_history(copy, HistorySource::file(file)).value();
  std::cout << again.known << " were there already\n";
  // [/import]

  const auto page = copy.history({.stored = true, .oldest_first = true}).value();
  const bool same = page.events.size() == 3 && page.events[0].as<Machine>()->name == "web";
  for (modcomm::Bus* const each : {&bus, &copy}) each->stop(5s).value();
  std::filesystem::remove_all(folder);
  return same && again.imported == 0 ? 0 : 1;
}
