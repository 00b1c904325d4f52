// What the verbs that work on a store have in common.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include <modcomm/bus.hpp>
#include <modcomm/error.hpp>

#include "verb.hpp"

namespace modcomm::program {

/// Tells what is wrong; how the program ends for that.
int refuse(const Error& error);

/// What the action answers; what it throws, as the constructor of a bus does, is the user's to mend.
int act(const std::function<int()>& action);

/// --store, which must be given.
void add_store(CLI::App& app, std::string& folder);

/// A bus on that store, which remembers nothing itself.
std::unique_ptr<Bus> open_store(const std::string& folder);
/// The same, where there is a store already. not_found / no_file.
Result<std::unique_ptr<Bus>> open_existing_store(const std::string& folder);

/// Empty if it may be done: --yes was given, or somebody at a terminal says so. Else how the program ends.
/// `what` is what it does ("clears 3 events for good").
std::optional<int> unless_meant(bool yes, const std::string& what);

/// Checks of options: a number that fits, from 0 on; a text that is not empty, as an unset variable is.
CLI::Validator whole_number();
CLI::Validator not_empty();

/// "2026-01-31T08:00:00Z", or "2h": that long ago; empty for an empty text. invalid_argument, with the option.
Result<std::optional<WallTime>> time_of(const std::string& option, const std::string& text);

/// A verb of a verb.
template <class Options>
CLI::App& add_action(CLI::App& app, const char* name, const char* summary, Options& options,
                     const std::shared_ptr<Work>& work, int (*action)(const Options&)) {
  CLI::App& verb = *app.add_subcommand(name, summary);
  verb.callback([&options, work, action] {
    *work = [&options, action] { return act([&] { return action(options); }); };
  });
  return verb;
}

}  // namespace modcomm::program
