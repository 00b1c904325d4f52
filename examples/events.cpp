// Events: a lab tells what happened, a console that comes late hears the last of it and goes on live, and
// a report asks the history.
#include <iostream>
#include <string>
#include <vector>

#include <modcomm/modcomm.hpp>

using namespace std::chrono_literals;

// [event]
struct LabCompleted {
  int passed = 0;
  int failed = 0;
};
BOOST_DESCRIBE_STRUCT(LabCompleted, (), (passed, failed))
// [/event]

int main() {
  modcomm::Bus bus;
  modcomm::Module lab = bus.module("LabRunner");
  modcomm::Module console = bus.module("Console");

  // [emit]
  lab.emit("LabStarted", {.correlation_id = "run-7"}).value();
  lab.emit("LabCompleted", LabCompleted{.passed = 10}, {.correlation_id = "run-7"}).value();
  // [/emit]

  std::vector<std::string> heard;
  // [on_event]
  const auto watch = console
                         .on_event("Lab*",
                                   [&](const modcomm::Event& event) {
                                     heard.push_back(std::string(event.name()) + " by " +
                                                     std::string(event.source()));
                                   },
                                   {.replay = modcomm::Replay::last(10)})
                         .value();
  // [/on_event]

  int passed = 0;
  const auto results = console
                           .on_event("LabCompleted",
                                     [&](const LabCompleted& summary, const modcomm::Event& event) {
                                       if (event.correlation_id() == "run-8")
                                         passed = summary.passed;
                                     })
                           .value();
  lab.emit("LabCompleted", LabCompleted{.passed = 12}, {.correlation_id = "run-8"}).value();
  bus.drain(5s).value();

  // [history]
  const modcomm::EventPage page =
      bus.history({.name = "Lab*", .correlation_id = "run-7", .oldest_first = true}).value();
  for (const modcomm::Event& event : page.events) {
    std::cout << event.name() << ' ' << event.value().value().dump() << '\n';
  }
  // [/history]

  for (const std::string& line : heard) std::cout << line << '\n';
  const bool complete = heard.size() == 3 && passed == 12 && page.events.size() == 2;
  return complete ? 0 : 1;
}
