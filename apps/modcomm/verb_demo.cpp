#include <memory>

#include "demo.hpp"
#include "demo_store.hpp"
#include "store_verb.hpp"
#include "verb.hpp"

namespace modcomm::program {

Work prepare_demo(CLI::App& app) {
  constexpr int most_commits = 1'000;
  const auto options = std::make_shared<DemoOptions>();
  CLI::Option* const lab =
      app.add_option("--lab", options->lab,
                     "The lab to run (default: examples/lab/lab.toml, else the one built in)")
          ->type_name("FILE");
  app.add_option("--repo", options->repository,
                 "The git repository whose commits become messages (default: this one)")
      ->type_name("DIR")
      ->check(CLI::ExistingDirectory.description(""));
  app.add_option("--commits", options->commits,
                 "How many of its newest commits, at most 1000 (default: 5)")
      ->type_name("N")
      ->check(CLI::Range(0, most_commits).description(""));
  app.add_option("--config", options->configuration,
                 "The configuration to watch (default: a copy in the work folder)")
      ->type_name("FILE");
  app.add_option("--store", options->store,
                 "Where its events are kept (default: $XDG_STATE_HOME/modcomm/demo, else "
                 "~/.local/state/modcomm/demo, whose newest 16 MiB stay)")
      ->type_name("FOLDER")
      ->check(not_empty());
  app.add_flag("--replay", options->replay, "Tell the last run that is kept again; run nothing")
      ->excludes(lab);
  app.add_flag("--keep", options->keep, "Leave the work folder");
  app.add_flag("--quiet", options->quiet,
               "Tell no story and no verdict; the exit code says how it went");
  app.add_flag("--json", options->json,
               "Print the report as one JSON document; the story goes to standard error");
  return [options] { return options->replay ? replay_demo(*options) : run_demo(*options); };
}

}  // namespace modcomm::program
