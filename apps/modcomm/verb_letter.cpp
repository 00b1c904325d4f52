#include <array>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>

#include <fmt/format.h>

#include <modcomm/bus.hpp>
#include <modcomm/dead_letter.hpp>
#include <modcomm/reflect.hpp>
#include <modcomm/time_text.hpp>

#include "exit_code.hpp"
#include "store_verb.hpp"

namespace modcomm::program {
namespace {

constexpr std::uint64_t fits_a_screen = 20;

struct LetterOptions {
  std::string store{};
  std::uint64_t id = 0;  // 0: all that the rest chooses
  std::string kind{};
  std::string name = "*";
  std::string channel{};
  std::string consumer{};
  std::string since{};
  std::string until{};
  std::uint64_t last = fits_a_screen;
  double rate = 0;
  bool force = false;
  bool dry_run = false;
  bool yes = false;
  bool json = false;
};

Result<DeadLetterQuery> query_of(const LetterOptions& options) {
  const auto since = time_of("--since", options.since);
  if (!since) return since.error();
  const auto until = time_of("--until", options.until);
  if (!until) return until.error();
  DeadLetterQuery query{.name = options.name,
                        .channel = options.channel,
                        .consumer = options.consumer,
                        .since = since.value(),
                        .until = until.value()};
  if (options.kind.empty()) return query;
  const auto kind = from_value<DeadLetterKind>(Value(options.kind));
  if (!kind) return kind.error();
  query.kind = *kind;
  return query;
}

/// Every letter of the query, or the one with the id; the newest first, and of them the first `most`, or all
/// for 0. Says how many.
Result<std::uint64_t> each_letter(const DeadLetters& dead, const LetterOptions& options,
                                  std::uint64_t most,
                                  const std::function<void(const DeadLetter&)>& take) {
  if (options.id != 0) {
    const auto letter = dead.show(options.id);
    if (!letter) return letter.error();
    take(*letter);
    return std::uint64_t{1};
  }
  auto query = query_of(options);
  if (!query) return query.error();
  std::uint64_t count = 0;
  do {
    const auto page = dead.list(*query);
    if (!page) return page.error();
    for (const DeadLetter& letter : page->letters) {
      if (most != 0 && count == most) return count;
      take(letter);
      ++count;
    }
    query->cursor = page->next;
  } while (!query->cursor.empty());
  return count;
}

// ---- list and show ----

std::string receiver_of(const DeadLetter& letter) {
  return letter.module.empty() ? letter.consumer : letter.module + " " + letter.consumer;
}

std::string kind_of(const DeadLetter& letter) { return to_value(letter.kind).get<std::string>(); }

void print_row(const DeadLetter& letter) {
  fmt::print("{:>8}  {:<30}  {:<8}  {:<24}  {:<20}  {:>8}  {}\n", letter.id,
             format_time(letter.died), kind_of(letter), letter.name, receiver_of(letter),
             letter.deliveries, letter.reason);
}

void print_head() {
  fmt::print("{:>8}  {:<30}  {:<8}  {:<24}  {:<20}  {:>8}  {}\n", "ID", "DIED", "KIND", "NAME",
             "RECEIVER", "ATTEMPTS", "REASON");
}

int list_letters(const LetterOptions& options) {
  const auto bus = open_existing_store(options.store);
  if (!bus) return refuse(bus.error());
  bool any = false;
  const auto listed =
      each_letter((*bus)->dead_letters(), options, options.last, [&](const DeadLetter& letter) {
        if (options.json) return fmt::print("{}\n", to_json_line(letter));
        if (!std::exchange(any, true)) print_head();
        print_row(letter);
      });
  if (!listed) return refuse(listed.error());
  if (*listed == 0 && !options.json) fmt::print("no letters match\n");
  return ExitCode::success;
}

void print_line(const char* what, const std::string& text) {
  if (!text.empty()) fmt::print("{:<16}{}\n", what, text);
}

void print_whole(const DeadLetter& letter) {
  print_head();
  print_row(letter);
  fmt::print("\n");
  print_line("channel", letter.channel);
  print_line("source", letter.source);
  print_line("time", format_time(letter.time));
  print_line("message id", letter.message_id);
  if (letter.sequence != 0) print_line("sequence", std::to_string(letter.sequence));
  print_line("priority", letter.priority);
  print_line("correlation", letter.correlation_id);
  print_line("redriven", fmt::format("{} times", letter.redriven));
  for (const auto& [name, value] : letter.headers)
    print_line("header", fmt::format("{}: {}", name, value));
  for (const auto& [time, error] : letter.attempts) {
    print_line("failed", format_time(time) + "  " + error);
  }
  print_line("content type", letter.content_type);
  print_line("payload", fmt::format("{} bytes; --json prints them", letter.payload.size()));
}

int show_letter(const LetterOptions& options) {
  const auto bus = open_existing_store(options.store);
  if (!bus) return refuse(bus.error());
  const auto letter = (*bus)->dead_letters().show(options.id);
  if (!letter) return refuse(letter.error());
  if (options.json) {
    fmt::print("{}\n", to_json_line(*letter));
  } else {
    print_whole(*letter);
  }
  return ExitCode::success;
}

// ---- redrive ----

int print_report(const RedriveReport& report, const LetterOptions& options) {
  if (options.json) {
    fmt::print("{}\n", write_json(report));
  } else {
    for (const auto& [id, error] : report.faults) {
      fmt::print(stderr, "modcomm: letter {}: {}\n", id, error);
    }
    fmt::print("{} of {} {}, {} refused, {} failed\n", report.redriven, report.chosen,
               options.dry_run ? "would be redriven" : "redriven", report.refused, report.failed);
  }
  return report.refused + report.failed == 0 ? ExitCode::success : ExitCode::work_failed;
}

int redrive_letters(const LetterOptions& options) {
  const auto query = query_of(options);
  if (!query) return refuse(query.error());
  const auto bus = open_existing_store(options.store);
  if (!bus) return refuse(bus.error());
  const DeadLetters dead = (*bus)->dead_letters();
  const RedriveOptions how{
      .per_second = options.rate, .dry_run = options.dry_run, .force = options.force};
  if (options.id == 0) {
    const auto report = dead.redrive(*query, how);
    return report ? print_report(*report, options) : refuse(report.error());
  }
  const auto done = dead.redrive(options.id, how);
  if (!done) return refuse(done.error());
  return print_report({.chosen = 1, .redriven = 1}, options);
}

// ---- purge ----

int purge_letters(const LetterOptions& options) {
  const auto query = query_of(options);
  if (!query) return refuse(query.error());
  const auto bus = open_existing_store(options.store);
  if (!bus) return refuse(bus.error());
  const DeadLetters dead = (*bus)->dead_letters();
  const auto count = each_letter(dead, options, 0, [&](const DeadLetter& letter) {
    if (options.dry_run) print_row(letter);
  });
  if (!count) return refuse(count.error());
  if (options.dry_run) {
    fmt::print("{} letters would be purged\n", *count);
    return ExitCode::success;
  }
  const auto end = unless_meant(options.yes, fmt::format("purges {} letters for good", *count));
  if (end) return *end;
  if (options.id != 0) {
    const auto purged = dead.purge(options.id);
    if (!purged) return refuse(purged.error());
  } else if (const auto purged = dead.purge(*query); !purged) {
    return refuse(purged.error());
  }
  fmt::print("{} letters were purged\n", *count);
  return ExitCode::success;
}

// ---- options ----

void add_choice(CLI::App& app, LetterOptions& options) {
  add_store(app, options.store);
  app.add_option("--kind", options.kind, "Only events, messages or calls")
      ->type_name("KIND")
      ->check(CLI::IsMember({"event", "message", "call"}).description(""));
  app.add_option("--name", options.name, "Only letters whose name this glob names (default: *)")
      ->type_name("GLOB");
  app.add_option("--channel", options.channel, "Only of this channel")->type_name("NAME");
  app.add_option("--consumer", options.consumer,
                 "Only of this durable consumer, or of this pattern of a subscription")
      ->type_name("NAME");
  app.add_option("--since", options.since,
                 "Only what died then or later: a time, or how long ago (2h)")
      ->type_name("TIME");
  app.add_option("--until", options.until, "Only what died before that")->type_name("TIME");
}

CLI::Option& add_id(CLI::App& app, LetterOptions& options, const char* help) {
  return *app.add_option("ID", options.id, help)->check(CLI::PositiveNumber.description(""));
}

void add_list(CLI::App& app, LetterOptions& options, const std::shared_ptr<Work>& work) {
  CLI::App& verb = add_action(app, "list", "Show the newest letters", options, work, list_letters);
  add_choice(verb, options);
  verb.add_option("--last", options.last, "Only the newest N of them; 0: all (default: 20)")
      ->type_name("N")
      ->check(whole_number());
  verb.add_flag("--json", options.json, "Print each as a line of JSON, with its data");
}

void add_show(CLI::App& app, LetterOptions& options, const std::shared_ptr<Work>& work) {
  CLI::App& verb = add_action(app, "show", "Show all of one letter", options, work, show_letter);
  add_store(verb, options.store);
  add_id(verb, options, "The letter").required();
  verb.add_flag("--json", options.json, "Print it as a line of JSON, with its data");
}

void add_redrive(CLI::App& app, LetterOptions& options, const std::shared_ptr<Work>& work) {
  CLI::App& verb = add_action(app, "redrive",
                              "Give letters back to their durable consumers; others stay letters",
                              options, work, redrive_letters);
  add_choice(verb, options);
  add_id(verb, options, "This one; without it all that the options choose");
  verb.add_option("--rate", options.rate, "At most so many a second (default: no limit)")
      ->type_name("N")
      ->check(CLI::PositiveNumber.description(""));
  verb.add_flag("--force", options.force, "Also those that came back three times already");
  verb.add_flag("--dry-run", options.dry_run, "Only say what would happen");
  verb.add_flag("--json", options.json, "Print the report as one JSON document");
}

void add_purge(CLI::App& app, LetterOptions& options, const std::shared_ptr<Work>& work) {
  CLI::App& verb = add_action(app, "purge", "Destroy letters", options, work, purge_letters);
  add_choice(verb, options);
  add_id(verb, options, "This one; without it all that the options choose");
  verb.add_flag("--yes", options.yes, "Ask no question");
  verb.add_flag("--dry-run", options.dry_run, "Only show what would go");
}

}  // namespace

Work prepare_letter(CLI::App& app) {
  const auto work = std::make_shared<Work>();
  const auto options = std::make_shared<std::array<LetterOptions, 4>>();
  add_list(app, options->at(0), work);
  add_show(app, options->at(1), work);
  add_redrive(app, options->at(2), work);
  add_purge(app, options->at(3), work);
  app.require_subcommand(1);
  return [work, options] { return (*work)(); };
}

}  // namespace modcomm::program
