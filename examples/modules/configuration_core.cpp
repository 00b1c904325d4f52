#include "modules/configuration_core.hpp"

#include <array>
#include <memory>
#include <system_error>

#include <poll.h>

#include "modules/messages.hpp"
#include "modules/toml_file.hpp"

namespace lab {

using modcomm::Code;
using modcomm::Error;
using modcomm::Result;

ConfigurationCore::ConfigurationCore(modcomm::Bus& bus, std::filesystem::path file)
    : module_(bus.module("ConfigurationCore")), file_(std::move(file)) {}

ConfigurationCore::~ConfigurationCore() { stop_.request(); }

/// Watches first and reads then: no change falls in between.
Result<void> ConfigurationCore::start() {
  try {
    FileWatch watched(file_);
    Result<Settings> settings = read();
    if (!settings) return settings.error();
    if (auto told = tell_changes(std::move(*settings)); !told) return told;
    watcher_ = std::jthread([this, watched = std::move(watched)] { watch(watched); });
    return {};
  } catch (const std::system_error& error) {
    return Error(Code::failed_precondition, "no_file", error.what());
  }
}

void ConfigurationCore::watch(const FileWatch& file) {
  std::array<pollfd, 2> watched{pollfd{.fd = file.descriptor(), .events = POLLIN, .revents = 0},
                                pollfd{.fd = stop_.descriptor(), .events = POLLIN, .revents = 0}};
  for (bool open = true; open;) {
    ::poll(watched.data(), watched.size(), -1);
    if (watched[1].revents != 0) return;
    if (!file.changed()) continue;
    Result<Settings> settings = read();
    open = (settings ? tell_changes(std::move(*settings)) : tell_refusal(settings.error()))
               .has_value();
  }
}

Result<ConfigurationCore::Settings> ConfigurationCore::read() const {
  const Result<TomlFile> file = TomlFile::read(file_);
  if (!file) return file.error();
  Settings settings;
  for (const auto& [module, values] : file->value().items()) {
    if (!values.is_object()) {
      return Error(
          Code::invalid_argument, modcomm::reason::validation,
          file->place(module) + ": " + module + ": settings belong into the table of a module");
    }
    for (const auto& [key, value] : values.items()) settings[{module, key}] = value;
  }
  return settings;
}

Result<void> ConfigurationCore::tell_changes(Settings settings) {
  const Settings before = std::exchange(settings_, std::move(settings));
  for (const auto& [key, value] : settings_) {
    const auto old = before.find(key);
    if (old != before.end() && old->second == value) continue;
    if (auto told = tell_change(key, value); !told) return told;
  }
  for (const auto& [key, value] : before) {
    if (settings_.contains(key)) continue;
    if (auto told = tell_change(key, nullptr); !told) return told;
  }
  return {};
}

Result<void> ConfigurationCore::tell_change(const Settings::key_type& key,
                                            const modcomm::Value& value) {
  return tell("ConfigChanged",
              ConfigChanged{.module = key.first, .key = key.second, .value = value});
}

Result<void> ConfigurationCore::tell_refusal(const Error& error) {
  return tell("ConfigRefused", ConfigRefused{.reason = error.message()});
}

template <class T>
Result<void> ConfigurationCore::tell(std::string_view type, T message) {
  const auto told = module_.publish("Configuration", type, std::move(message),
                                    {.priority = modcomm::Priority::high});
  if (!told) return told.error();
  return {};
}

}  // namespace lab
