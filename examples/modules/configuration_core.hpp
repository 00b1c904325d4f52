// Reads a configuration file, and tells of every setting that changes while it stands.
//
//   lab::ConfigurationCore configuration(bus, "configuration.toml");
//   configuration.start().value();       // tells of every setting, then of every change
//
// A file has a table for each module: [LabRunner], and below it `max_attempts = 3`. A file that
// cannot be read is refused as a whole; what was valid before stays valid.
//
// Publishes  Configuration: ConfigChanged ConfigRefused, with high priority.
// Threads.   A thread of its own watches, from start() to the destructor.
// Errors.    start(): that the file cannot be read or watched, with the place in the file.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <modcomm/bus.hpp>

#include "modules/file_watch.hpp"
#include "modules/stop_event.hpp"

namespace lab {

class ConfigurationCore {
 public:
  ConfigurationCore(modcomm::Bus& bus, std::filesystem::path file);
  ConfigurationCore(const ConfigurationCore&) = delete;
  ConfigurationCore& operator=(const ConfigurationCore&) = delete;
  ~ConfigurationCore();

  [[nodiscard]] modcomm::Result<void> start();

 private:
  /// Values by module and key.
  using Settings = std::map<std::pair<std::string, std::string>, modcomm::Value>;

  modcomm::Result<Settings> read() const;
  modcomm::Result<void> tell_changes(Settings settings);
  modcomm::Result<void> tell_change(const Settings::key_type& key, const modcomm::Value& value);
  modcomm::Result<void> tell_refusal(const modcomm::Error& error);
  template <class T>
  modcomm::Result<void> tell(std::string_view type, T message);
  void watch(const FileWatch& file);

  modcomm::Module module_;
  std::filesystem::path file_;
  Settings settings_;  // of the watching thread, once there is one
  StopEvent stop_;
  std::jthread watcher_;
};

}  // namespace lab
