#include <array>
#include <cstdio>
#include <memory>
#include <string>

#include <fmt/format.h>

#include <modcomm/bus.hpp>
#include <modcomm/consumer.hpp>
#include <modcomm/reflect.hpp>

#include "exit_code.hpp"
#include "store_verb.hpp"

namespace modcomm::program {
namespace {

struct ConsumerChoice {
  std::string store{};
  std::string name{};
  std::string to{};
  bool dry_run = false;
  bool yes = false;
  bool json = false;
};

/// As `unless_meant`, after a dry run too.
std::optional<int> unless_done(const ConsumerChoice& options, const std::string& what) {
  if (!options.dry_run) return unless_meant(options.yes, what);
  fmt::print("without --dry-run this {}\n", what);
  return ExitCode::success;
}

int list_consumers(const ConsumerChoice& options) {
  const auto bus = open_existing_store(options.store);
  if (!bus) return refuse(bus.error());
  const auto consumers = (*bus)->consumers().list();
  if (options.json) {
    fmt::print("{}\n", write_json(consumers));
    return ExitCode::success;
  }
  if (consumers.empty()) {
    fmt::print("there are no durable consumers\n");
    return ExitCode::success;
  }
  fmt::print("{:<24}  {:<24}  {:>10}  {:>10}  {:>12}\n", "NAME", "EVENTS", "POSITION", "LAG",
             "REDELIVERING");
  for (const ConsumerInfo& each : consumers) {
    fmt::print("{:<24}  {:<24}  {:>10}  {:>10}  {:>12}\n", each.name, each.options.pattern,
               each.position, each.lag, each.redelivering);
  }
  return ExitCode::success;
}

/// "beginning", "end", a sequence, or a time.
Result<Replay> place_of(const std::string& text) {
  if (text == "beginning") return Replay::beginning();
  if (text == "end") return Replay::last(0);
  std::uint64_t sequence = 0;
  if (CLI::detail::lexical_cast(text, sequence)) return Replay::sequence(sequence);
  const auto time = time_of("TO", text);
  if (!time) return time.error();
  if (const auto& since = *time) return Replay::since(*since);
  return Error(Code::invalid_argument, reason::validation, "TO is empty; name a place");
}

int seek_consumer(const ConsumerChoice& options) {
  const auto to = place_of(options.to);
  if (!to) return refuse(to.error());
  const auto bus = open_existing_store(options.store);
  if (!bus) return refuse(bus.error());
  const Consumers consumers = (*bus)->consumers();
  const auto known = consumers.describe(options.name);
  if (!known) return refuse(known.error());
  const auto end = unless_done(
      options, fmt::format("moves {} from position {}, and forgets what was outstanding",
                           options.name, known->position));
  if (end) return *end;
  const auto sought = consumers.seek(options.name, *to);
  if (!sought) return refuse(sought.error());
  const auto now = consumers.describe(options.name);
  if (!now) return refuse(now.error());
  fmt::print("{} goes on behind {}; {} events are stored behind that\n", options.name,
             now->position, now->lag);
  return ExitCode::success;
}

int remove_consumer(const ConsumerChoice& options) {
  const auto bus = open_existing_store(options.store);
  if (!bus) return refuse(bus.error());
  const Consumers consumers = (*bus)->consumers();
  const auto known = consumers.describe(options.name);
  if (!known) return refuse(known.error());
  const auto end = unless_done(options, fmt::format("removes {} and its position, {}, for good",
                                                    options.name, known->position));
  if (end) return *end;
  const auto removed = consumers.remove(options.name);
  if (!removed) return refuse(removed.error());
  fmt::print("{} was removed\n", options.name);
  return ExitCode::success;
}

CLI::App& add_verb(CLI::App& app, const char* name, const char* summary, ConsumerChoice& options,
                   const std::shared_ptr<Work>& work, int (*action)(const ConsumerChoice&)) {
  CLI::App& verb = add_action(app, name, summary, options, work, action);
  add_store(verb, options.store);
  return verb;
}

void add_one(CLI::App& verb, ConsumerChoice& options) {
  verb.add_option("NAME", options.name, "The consumer")->required();
  verb.add_flag("--yes", options.yes, "Ask no question");
  verb.add_flag("--dry-run", options.dry_run, "Only say what would be done");
}

}  // namespace

Work prepare_consumer(CLI::App& app) {
  const auto work = std::make_shared<Work>();
  const auto options = std::make_shared<std::array<ConsumerChoice, 3>>();
  add_verb(app, "list", "Show how far each is", options->at(0), work, list_consumers)
      .add_flag("--json", options->at(0).json, "Print all that is known as a list of JSON");
  CLI::App& seek =
      add_verb(app, "seek", "Have one go on elsewhere", options->at(1), work, seek_consumer);
  add_one(seek, options->at(1));
  seek.add_option("TO", options->at(1).to,
                  "beginning, end, a sequence, a time, or how long ago (2h)")
      ->required();
  add_one(
      add_verb(app, "remove", "Remove one and its position", options->at(2), work, remove_consumer),
      options->at(2));
  app.require_subcommand(1);
  return [work, options] { return (*work)(); };
}

}  // namespace modcomm::program
