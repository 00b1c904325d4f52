// The two modules of docs/tour.md, which quotes the parts between the marks.
// [includes]
#include <iostream>

#include <modcomm/modcomm.hpp>
// [/includes]

// [message]
struct TemperatureRead {
  std::string room{};
  double celsius = 0;
};
BOOST_DESCRIBE_STRUCT(TemperatureRead, (), (room, celsius))
// [/message]

// [second-message]
struct HeatingSet {
  std::string room{};
  bool on = false;
};
BOOST_DESCRIBE_STRUCT(HeatingSet, (), (room, on))
// [/second-message]

// [thermometer]
class Thermometer {
 public:
  explicit Thermometer(modcomm::Bus& bus) : module_(bus.module("Thermometer")) {}

  modcomm::Result<modcomm::MessageId> measure(std::string room, double celsius) {
    return module_.publish("Climate", "TemperatureRead",
                           TemperatureRead{.room = std::move(room), .celsius = celsius});
  }

 private:
  modcomm::Module module_;
};
// [/thermometer]

// [heating]
class Heating {
 public:
  explicit Heating(modcomm::Bus& bus)
      : module_(bus.module("Heating")),
        readings_(module_
                      .subscribe("Climate", "TemperatureRead",
                                 [this](const TemperatureRead& read) { decide(read); })
                      .value()) {}

 private:
  void decide(const TemperatureRead& read) {
    module_
        .publish("Climate", "HeatingSet", HeatingSet{.room = read.room, .on = read.celsius < 19},
                 {.priority = modcomm::Priority::high})
        .value();
  }

  modcomm::Module module_;
  modcomm::Subscription readings_;  // last: it goes first, and waits for a running handler
};
// [/heating]

int main() {
  // [main]
  using namespace std::chrono_literals;
  modcomm::Bus bus;
  bus.create_channel("Climate", {.description = "rooms and what heats them", .capacity = 1'000})
      .value();
  Heating heating(bus);
  Thermometer thermometer(bus);

  int switched = 0;
  auto seen = bus.module("Screen")
                  .subscribe("Climate", "Heating*",
                             [&](const HeatingSet& set) {
                               std::cout << set.room << ": heating " << (set.on ? "on" : "off")
                                         << '\n';
                               ++switched;
                             })
                  .value();

  thermometer.measure("library", 17.5).value();
  thermometer.measure("kitchen", 22).value();
  bus.drain(10s).value();  // waits until nothing waits, follow-ups included
  // [/main]

  // [refused]
  const auto refused = thermometer.measure("hall", 18);  // the bus takes nothing any more
  if (!refused) std::cout << refused.error().to_string() << '\n';
  // [/refused]
  return switched == 2 && !refused ? 0 : 1;
}
