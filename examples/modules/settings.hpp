// Settings of a module that change while it runs: a described struct that obeys ConfigurationCore.
//
//   lab::Settings<RunnerSettings> settings(module, &fault_in);
//   if (settings.get().verbose) show(output);
//
// A setting that has the wrong type, an unknown name or a fault is refused, and what was valid
// before stays so. One that is taken out of the file has its default again.
//
// Listens    Configuration: ConfigChanged, where it is meant for the module.
// Publishes  Configuration: ConfigApplied ConfigRefused.
// Threads.   get() may be called from any thread.
#pragma once

#include <mutex>
#include <string>
#include <utility>

#include <modcomm/bus.hpp>
#include <modcomm/reflect.hpp>

#include "modules/messages.hpp"

namespace lab {

template <class T>
class Settings {
 public:
  /// What is wrong with them, or an empty text.
  using FaultIn = std::string (*)(const T& settings);

  Settings(modcomm::Module module, FaultIn fault_in)
      : module_(std::move(module)),
        fault_in_(fault_in),
        subscription_(module_
                          .subscribe("Configuration", "ConfigChanged",
                                     [this](const ConfigChanged& change) { obey(change); },
                                     {.filters = {meant_for(std::string(module_.name()))}})
                          .value()) {}

  T get() const {
    const std::scoped_lock lock(mutex_);
    return settings_;
  }

 private:
  static modcomm::Filter meant_for(std::string module) {
    return {.name = "mine",
            .matches = [module = std::move(module)](const modcomm::Message& message) {
              const auto change = message.as<ConfigChanged>();
              return change && change->module == module;
            }};
  }

  void obey(const ConfigChanged& change) {
    if (change.value.is_null() && !defaults().contains(change.key)) return;  // it never applied
    const modcomm::Result<T> changed = changed_by(change);
    const std::string fault = changed ? fault_in_(*changed) : changed.error().message();
    if (!fault.empty()) {
      module_.publish("Configuration", "ConfigRefused", ConfigRefused{.reason = fault}).value();
      return;
    }
    {
      const std::scoped_lock lock(mutex_);
      settings_ = *changed;
    }
    module_
        .publish("Configuration", "ConfigApplied",
                 ConfigApplied{.key = change.key, .value = wanted(change)})
        .value();
  }

  static modcomm::Value defaults() { return modcomm::to_value(T()); }

  /// Without a setting its default applies.
  static modcomm::Value wanted(const ConfigChanged& change) {
    return change.value.is_null() ? defaults()[change.key] : change.value;
  }

  /// Settings are changed in their JSON form, so that a bad one is refused with its path.
  modcomm::Result<T> changed_by(const ConfigChanged& change) const {
    modcomm::Value values = modcomm::to_value(get());
    values[change.key] = wanted(change);
    return modcomm::from_value<T>(values, module_.name());
  }

  modcomm::Module module_;
  FaultIn fault_in_;
  mutable std::mutex mutex_;
  T settings_{};  // guarded by mutex_
  modcomm::Subscription subscription_;
};

}  // namespace lab
