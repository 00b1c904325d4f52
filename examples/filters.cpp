// A subscription can have named filters, which come and go while it lives and count what they let
// pass. The pattern chooses types; filters choose messages.
#include <iostream>

#include <modcomm/modcomm.hpp>

struct Reading {
  std::string sensor{};
  double value = 0;
};
BOOST_DESCRIBE_STRUCT(Reading, (), (sensor, value))

int main() {
  using namespace std::chrono_literals;
  modcomm::Bus bus;
  const modcomm::Module probe = bus.module("Probe");

  int alarms = 0;
  auto hot = bus.module("Alarm")
                 .subscribe("Readings", "Temperature.*",
                            [&](const Reading& reading) {
                              std::cout << reading.sensor << ": " << reading.value << '\n';
                              ++alarms;
                            },
                            {.filters = {{.name = "too hot",
                                          .matches =
                                              [](const modcomm::Message& message) {
                                                return message.as<Reading>().value().value > 80;
                                              }}}})
                 .value();

  const auto measure = [&](std::string_view type, double value) {
    probe.publish("Readings", type, Reading{.sensor = "cpu", .value = value}).value();
  };
  measure("Temperature.inside", 40);
  measure("Temperature.inside", 95);  // passes
  measure("Humidity.inside", 99);     // another type: the filter is not asked
  bus.flush(10s).value();

  hot.add_filter("not the cpu",
                 [](const modcomm::Message& message) {
                   return message.as<Reading>().value().sensor != "cpu";
                 })
      .value();
  measure("Temperature.inside", 99);
  bus.flush(10s).value();

  for (const modcomm::FilterInfo& filter : hot.info().filters) {
    std::cout << filter.name << ": asked " << filter.asked << " times, passed " << filter.passed
              << '\n';
  }
  return alarms == 1 && hot.info().filters.at(0).asked == 3 ? 0 : 1;
}
