// Urgent messages overtake others in the queue, but nobody starves: the lanes share 8 to 4 to 2 to 1.
#include <iostream>
#include <string>
#include <vector>

#include <modcomm/modcomm.hpp>

int main() {
  using namespace std::chrono_literals;
  using modcomm::Priority;
  modcomm::Bus bus;
  const modcomm::Module desk = bus.module("Desk");

  std::vector<std::string> order;
  const auto subscription =
      desk.subscribe("Jobs", "*", [&](const std::string& job) { order.push_back(job); }).value();

  bus.stop_processor();  // let the queue fill, so that there is something to overtake
  desk.publish("Jobs", "Job", "water the plants", {.priority = Priority::low}).value();
  desk.publish("Jobs", "Job", "answer letters").value();
  desk.publish("Jobs", "Job", "meet the inspector", {.priority = Priority::high}).value();
  desk.publish("Jobs", "Job", "put out the fire", {.priority = Priority::critical}).value();
  desk.publish("Jobs", "Job", "sign contracts").value();
  bus.start_processor();
  bus.flush(10s).value();

  for (const std::string& job : order) std::cout << job << '\n';
  const std::vector<std::string> expected{"put out the fire", "meet the inspector",
                                          "answer letters", "sign contracts", "water the plants"};
  return order == expected ? 0 : 1;
}
