// Two modules and a channel: what is published reaches whoever listens.
#include <iostream>

#include <modcomm/modcomm.hpp>

struct StepDone {
  std::string step{};
  int seconds = 0;
};
BOOST_DESCRIBE_STRUCT(StepDone, (), (step, seconds))

int main() {
  using namespace std::chrono_literals;
  modcomm::Bus bus;
  const modcomm::Module lab = bus.module("LabRunner");
  const modcomm::Module log = bus.module("Logging");

  int heard = 0;
  const auto subscription =
      log.subscribe("Steps", "Step*",
                    [&](const StepDone& done, const modcomm::Message& message) {
                      std::cout << message.source() << " finished " << done.step << " in "
                                << done.seconds << " s\n";
                      ++heard;
                    })
          .value();

  lab.publish("Steps", "StepDone", StepDone{.step = "CreateVM", .seconds = 3}).value();
  // A payload that is no StepDone is converted by its JSON form.
  lab.publish("Steps", "StepDone", modcomm::Value{{"step", "StartVM"}, {"seconds", 1}}).value();
  bus.flush(10s).value();  // everything published so far was delivered

  return heard == 2 ? 0 : 1;
}
