// Two modules and a channel: what is published reaches whoever listens.
// [hello]
#include <iostream>

#include <modcomm/modcomm.hpp>

struct ConfigChanged {
  std::string module{};
  std::string key{};
  int value{};
};
BOOST_DESCRIBE_STRUCT(ConfigChanged, (), (module, key, value))

int main() {
  modcomm::Bus bus;
  auto lab = bus.module("LabRunner");
  auto config = bus.module("ConfigurationCore");
  auto heard = lab.subscribe("Configuration", "Config*",
                             [](const ConfigChanged& change) {
                               std::cout << change.key << " is now " << change.value << '\n';
                             })
                   .value();
  config.publish("Configuration", "ConfigChanged", ConfigChanged{"LabRunner", "MaxJobs", 10})
      .value();
  bus.flush(std::chrono::seconds(1)).value();  // delivered
}
// [/hello]
