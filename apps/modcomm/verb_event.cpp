#include <array>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include <modcomm/bus.hpp>
#include <modcomm/history_file.hpp>
#include <modcomm/reflect.hpp>
#include <modcomm/time_text.hpp>

#include "event_choice.hpp"
#include "exit_code.hpp"
#include "store_verb.hpp"
#include "terminal.hpp"

namespace modcomm::program {
namespace {

struct EventOptions {
  EventChoice choice{};
  std::string format{};  // empty: as the verb says
  std::string file{};
  bool no_data = false;
  bool dry_run = false;
  bool yes = false;
  bool json = false;
};

int tell_damage(const std::vector<std::string>& damage) {
  for (const std::string& line : damage) fmt::print(stderr, "modcomm: {}\n", line);
  return damage.empty() ? ExitCode::success : ExitCode::work_failed;
}

/// A status on a terminal, and nothing elsewhere.
class Progress {
 public:
  explicit Progress(std::string_view doing) : doing_(doing) {}

  HistoryProgressFunction function() {
    if (!console_.terminal()) return {};
    return [this](const HistoryProgress& progress) {
      const std::string of = progress.total > 0 ? fmt::format(" of {}", progress.total) : "";
      console_.status(fmt::format("{} {}{} events", doing_, progress.done, of));
    };
  }

 private:
  std::string_view doing_;
  lab::Console console_{stderr, style_of(stderr)};
};

std::string range(const std::optional<WallTime>& oldest, const std::optional<WallTime>& newest) {
  if (!oldest || !newest) return "";
  return fmt::format(", {} to {}", format_time(*oldest), format_time(*newest));
}

// ---- export ----

int export_events(const EventOptions& options) {
  const auto query = query_of(options.choice);
  if (!query) return refuse(query.error());
  const auto format = history_format(options.format.empty() ? "jsonl" : options.format);
  if (!format) return refuse(format.error());
  const bool to_file = !options.file.empty() && options.file != "-";
  Progress progress("writing");
  const auto report =
      export_store(options.choice.store,
                   to_file ? HistoryTarget::file(options.file) : HistoryTarget::stream(std::cout),
                   {.query = *query,
                    .last = options.choice.last,
                    .format = *format,
                    .data = !options.no_data,
                    .on_progress = progress.function()});
  if (!report) return refuse(report.error());
  if (!std::cout.flush()) return ExitCode::work_failed;
  if (options.json && to_file) {
    fmt::print("{}\n", write_json(*report));
  } else {
    fmt::print(to_file ? stdout : stderr, "{} events{}; {} bytes{}\n", report->events,
               range(report->oldest, report->newest), report->bytes,
               to_file ? " in " + options.file : "");
  }
  return tell_damage(report->damage);
}

// ---- import ----

int import_events(const EventOptions& options) {
  std::optional<HistoryFormat> format;
  if (!options.format.empty()) {
    const auto given = history_format(options.format);
    if (!given) return refuse(given.error());
    format = *given;
  }
  const bool from_file = options.file != "-";
  if (from_file && !std::filesystem::exists(options.file)) {
    return refuse(
        Error(Code::not_found, reason::no_file, options.file + ": there is no such file"));
  }
  // A dry run makes no folder.
  const bool into_store = !options.dry_run || std::filesystem::exists(options.choice.store);
  const std::unique_ptr<Bus> bus =
      into_store ? open_store(options.choice.store) : std::make_unique<Bus>();
  Progress progress("reading");
  const auto report = import_history(
      *bus, from_file ? HistorySource::file(options.file) : HistorySource::stream(std::cin),
      {.format = format, .dry_run = options.dry_run, .on_progress = progress.function()});
  if (!report) return refuse(report.error());
  if (options.json) {
    fmt::print("{}\n", write_json(*report));
    return ExitCode::success;
  }
  fmt::print("{} events{}: {} {}, {} there already\n", report->events,
             range(report->oldest, report->newest), report->imported,
             options.dry_run ? "would be imported" : "imported", report->known);
  if (report->last_sequence > 0) {
    fmt::print("  stored as {} to {}\n", report->first_sequence, report->last_sequence);
  }
  return ExitCode::success;
}

// ---- list ----

void print_row(const Event& event) {
  fmt::print("{:>8}  {:<30}  {:<24}  {:<16}  {:<16}  {:>8}\n", event.sequence(),
             format_time(event.time()), event.name(), event.channel(), event.source(),
             event.size());
}

int list_events(const EventOptions& options) {
  const auto query = query_of(options.choice);
  if (!query) return refuse(query.error());
  if (options.json) {
    const auto report = export_store(
        options.choice.store, HistoryTarget::stream(std::cout),
        {.query = *query, .last = options.choice.last, .format = HistoryFormat::json_array});
    if (!report) return refuse(report.error());
    return std::cout.flush() ? tell_damage(report->damage) : ExitCode::work_failed;
  }
  bool any = false;
  const auto report = read_store(options.choice.store, *query, [&](const Event& event) {
    if (!std::exchange(any, true)) {
      fmt::print("{:>8}  {:<30}  {:<24}  {:<16}  {:<16}  {:>8}\n", "SEQUENCE", "TIME", "NAME",
                 "CHANNEL", "SOURCE", "BYTES");
    }
    print_row(event);
  });
  if (!report) return refuse(report.error());
  if (!any) fmt::print("no events match\n");
  return tell_damage(report->damage);
}

// ---- clear ----

int clear_events(const EventOptions& options) {
  const auto query = query_of(options.choice);
  if (!query) return refuse(query.error());
  std::uint64_t count = 0;
  const auto report = read_store(options.choice.store, *query, [&](const Event& event) {
    ++count;
    if (options.dry_run) print_row(event);
  });
  if (!report) return refuse(report.error());
  if (options.dry_run) {
    fmt::print("{} events would be cleared\n", count);
    return ExitCode::success;
  }
  const auto end = unless_meant(options.yes, fmt::format("clears {} events for good", count));
  if (end) return *end;
  const auto cleared = open_store(options.choice.store)->clear_history(*query);
  if (!cleared) return refuse(cleared.error());
  fmt::print("{} events were cleared\n", *cleared);
  return ExitCode::success;
}

// ---- options ----

void add_format(CLI::App& app, EventOptions& options, const std::string& help) {
  app.add_option("--format", options.format, help)
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"jsonl", "json", "csv", "cloudevents"}).description(""));
}

void add_export(CLI::App& app, EventOptions& options, const std::shared_ptr<Work>& work) {
  CLI::App& verb =
      add_action(app, "export", "Write events to a file", options, work, export_events);
  add_choice(verb, options.choice);
  add_last(verb, options.choice, "Only the newest N of them (default: all)");
  add_format(verb, options, "jsonl, json, csv or cloudevents (default: jsonl)");
  verb.add_flag("--no-data", options.no_data, "Without data; such a file cannot be imported");
  verb.add_option("-o,--output", options.file,
                  "Write here, all of it or nothing (default: standard output)")
      ->type_name("FILE");
  verb.add_flag("--json", options.json, "With -o: print the report as one JSON document");
}

void add_import(CLI::App& app, EventOptions& options, const std::shared_ptr<Work>& work) {
  CLI::App& verb = add_action(app, "import", "Read a file that export wrote into a store", options,
                              work, import_events);
  verb.add_option("--store", options.choice.store, "The folder of the store; made if it is missing")
      ->required()
      ->type_name("FOLDER");
  verb.add_option("FILE", options.file, "The file; -: standard input")->required();
  add_format(verb, options, "jsonl, json, csv or cloudevents (default: the content tells)");
  verb.add_flag("--dry-run", options.dry_run, "Look at all of it, and import nothing");
  verb.add_flag("--json", options.json, "Print the report as one JSON document");
}

void add_list(CLI::App& app, EventOptions& options, const std::shared_ptr<Work>& work) {
  constexpr std::uint64_t fits_a_screen = 20;
  CLI::App& verb =
      add_action(app, "list", "Show the newest events of a store", options, work, list_events);
  options.choice.last = fits_a_screen;
  add_choice(verb, options.choice);
  add_last(verb, options.choice, "Only the newest N of them; 0: all (default: 20)");
  verb.add_flag("--json", options.json, "Print them as a list of JSON, with their data");
}

void add_clear(CLI::App& app, EventOptions& options, const std::shared_ptr<Work>& work) {
  CLI::App& verb =
      add_action(app, "clear", "Clear events of a store for good", options, work, clear_events);
  add_choice(verb, options.choice);
  verb.add_flag("--yes", options.yes, "Ask no question");
  verb.add_flag("--dry-run", options.dry_run, "Only show what would go");
}

}  // namespace

Work prepare_event(CLI::App& app) {
  const auto work = std::make_shared<Work>();
  const auto options = std::make_shared<std::array<EventOptions, 4>>();
  add_export(app, options->at(0), work);
  add_import(app, options->at(1), work);
  add_list(app, options->at(2), work);
  add_clear(app, options->at(3), work);
  app.require_subcommand(1);
  return [work, options] { return (*work)(); };
}

}  // namespace modcomm::program
