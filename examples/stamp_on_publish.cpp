// Middleware around publishing: every message says on which host it was published, and nothing that
// looks like a password leaves its module. Middleware around delivery counts what each module gets.
#include <iostream>
#include <map>
#include <mutex>
#include <string>

#include <modcomm/modcomm.hpp>

using namespace std::chrono_literals;

struct ConfigChanged {
  std::string setting{};
  std::string value{};
};
BOOST_DESCRIBE_STRUCT(ConfigChanged, (), (setting, value))

int main() {
  modcomm::Bus bus;
  bus.create_channel("Configuration").value();

  // [stamp]
  bus.publish_middleware()
      .add({.name = "stamp",
            .function =
                [](modcomm::Publication& publication, const modcomm::NextPublication& next) {
                  publication.set_header("host", "lab-7");
                  return next();
                },
            .order = 10})
      .value();
  // [/stamp]

  // [refuse]
  bus.publish_middleware("Configuration")
      .add({.name = "no_passwords",
            .function = [](modcomm::Publication& publication, const modcomm::NextPublication& next)
                -> modcomm::Result<modcomm::MessageId> {
              const auto change = publication.as<ConfigChanged>();
              if (change && change->setting.find("password") != std::string::npos) {
                return modcomm::Error(modcomm::Code::permission_denied, "holds_a_password",
                                      "passwords are not published; publish a reference instead");
              }
              return next();
            }})
      .value();
  // [/refuse]

  // [count]
  std::mutex mutex;
  std::map<std::string, int, std::less<>> received;
  bus.delivery_middleware()
      .add({.name = "count",
            .function =
                [&](modcomm::Reception& reception, const modcomm::NextReception& next) {
                  const std::lock_guard lock(mutex);
                  ++received[std::string(reception.module())];
                  return next();
                }})
      .value();
  // [/count]

  std::string host;
  const auto heard = bus.module("Logging")
                         .subscribe("Configuration", "*",
                                    [&](const ConfigChanged& change, const modcomm::Message& m) {
                                      host = m.header("host");
                                      std::cout << host << ": " << change.setting << " is now "
                                                << change.value << '\n';
                                    })
                         .value();
  const auto config = bus.module("ConfigurationCore");
  config.publish("Configuration", "ConfigChanged", ConfigChanged{"threads", "8"}).value();
  const auto refused =
      config.publish("Configuration", "ConfigChanged", ConfigChanged{"db.password", "x"});
  std::cout << refused.error().to_string() << '\n';
  bus.flush(10s).value();
  return host == "lab-7" && received["Logging"] == 1 && !refused ? 0 : 1;
}
