#include "program.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include <modcomm/error.hpp>

#include "exit_code.hpp"
#include "nearest.hpp"
#include "verb.hpp"

namespace modcomm::program {
namespace {

constexpr std::string_view exit_codes =
    "Exit codes:\n"
    "  0    everything asked for was done\n"
    "  1    the work failed: a step did not pass, a host was not found, a file or a store is\n"
    "       damaged, or the output has nowhere to go\n"
    "  2    bad options or bad input; nothing was run\n"
    "  3    a fault of modcomm itself\n"
    "  130  stopped by Ctrl-C (128 and the number of the signal)\n"
    "\n"
    "Colours follow the terminal; NO_COLOR=1 turns them off.";

std::string all_examples() {
  std::string text = "Examples:\n";
  for (const Verb& verb : verbs()) {
    if (!verb.internal) text.append(verb.examples);
  }
  return text.append("\n").append(exit_codes);
}

int complain(std::string_view message, std::string_view help) {
  fmt::print(stderr, "modcomm: {}\nSee '{} --help'.\n", message, help);
  return ExitCode::usage;
}

std::string meant_of(std::string_view word, const std::vector<std::string>& known) {
  const std::vector<std::string_view> names(known.begin(), known.end());
  const std::string_view meant = nearest(word, names);
  return meant.empty() ? fmt::format("; there are: {}", fmt::join(known, ", "))
                       : fmt::format("; did you mean '{}'?", meant);
}

int refuse_verb(std::string_view word) {
  std::vector<std::string> names;
  for (const Verb& verb : verbs()) {
    if (!verb.internal) names.emplace_back(verb.name);
  }
  return complain(fmt::format("there is no verb '{}'{}", word, meant_of(word, names)), "modcomm");
}

/// The verb that the arguments came to: "modcomm event list".
std::string reached(const CLI::App& app) {
  std::string words = app.get_name();
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) {
    at = at->get_subcommands().front();
    words.append(" ").append(at->get_name());
  }
  return words;
}

const CLI::App& last_verb(const CLI::App& app) {
  const auto verbs = app.get_subcommands();
  return verbs.empty() ? app : last_verb(*verbs.front());
}

std::vector<std::string> options_of(const CLI::App& verb) {
  std::vector<std::string> names;
  for (const CLI::Option* option : verb.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::vector<std::string> verbs_of(const CLI::App& verb) {
  std::vector<std::string> names;
  for (const CLI::App* each : verb.get_subcommands({})) names.push_back(each->get_name());
  return names;
}

/// What is wrong with the arguments; `left` are those that nobody wanted.
std::string fault_of(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App& verb = last_verb(app);
  const std::vector<std::string> left = app.remaining(true);
  const auto option = std::ranges::find_if(
      left, [](const std::string& word) { return word.size() > 1 && word.starts_with('-'); });
  if (option != left.end()) {
    return fmt::format("there is no option '{}'{}", *option, meant_of(*option, options_of(verb)));
  }
  if (left.empty()) return error.what();
  const std::vector<std::string> verbs = verbs_of(verb);
  if (verbs.empty()) return fmt::format("'{}' is one word too many", left.front());
  return fmt::format("there is no verb '{} {}'{}", verb.get_name(), left.front(),
                     meant_of(left.front(), verbs));
}

bool is_verb(std::string_view word) {
  for (const Verb& verb : verbs()) {
    if (verb.name == word) return true;
  }
  return false;
}

/// Reads the arguments and runs the verb that they name.
class Program {
 public:
  Program() {
    app_.footer(all_examples());
    app_.set_version_flag("--version", [] { return std::string(); }, "Same as the verb");
    app_.require_subcommand(1);
    for (const Verb& verb : verbs()) add(verb);
  }

  int run(int argc, char** argv) {
    const std::string_view first = argc > 1 ? argv[1] : "";
    if (first.empty()) {
      fmt::print(stderr, "{}", app_.help());
      return ExitCode::usage;
    }
    if (first == "--version") return prepare_version(app_)();
    if (!first.starts_with('-') && !is_verb(first)) return refuse_verb(first);
    try {
      app_.parse(argc, argv);
      return work_();
    } catch (const CLI::CallForHelp&) {
      fmt::print("{}", app_.help());
      return ExitCode::success;
    } catch (const CLI::ParseError& error) {
      return complain(fault_of(app_, error), reached(app_));
    }
  }

 private:
  void add(const Verb& verb) {
    CLI::App& options = *app_.add_subcommand(std::string(verb.name), std::string(verb.summary));
    options.footer(fmt::format("Examples:\n{}", verb.examples));
    if (verb.internal) options.group("");
    options.callback([this, work = verb.prepare(options)] { work_ = work; });
  }

  CLI::App app_{"modcomm: modules that talk over a message bus", "modcomm"};
  Work work_;
};

int tell_lost_output(std::string_view why) {
  fmt::print(stderr, "modcomm: standard output cannot be written: {}\n", why);
  return ExitCode::work_failed;
}

/// A full disk may show as late as when the last of the output is written.
int finish(int code) {
  if (std::fflush(stdout) != 0) return tell_lost_output(std::strerror(errno));
  if (std::ferror(stdout) != 0) return tell_lost_output("a part of it is lost");
  return code;
}

}  // namespace

int run(int argc, char** argv) noexcept {
  try {
    return finish(Program().run(argc, argv));
  } catch (const std::system_error& error) {
    if (std::ferror(stdout) != 0) return tell_lost_output(error.code().message());
    std::fprintf(stderr, "modcomm: internal fault: %s\n", error.what());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "modcomm: internal fault: %s\n", error.what());
  } catch (...) {
    std::fputs("modcomm: internal fault\n", stderr);
  }
  return ExitCode::internal;
}

}  // namespace modcomm::program
