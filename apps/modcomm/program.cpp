#include "program.hpp"

#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
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
    "  1    the work failed: a step did not pass, or a host was not found\n"
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

int refuse_verb(std::string_view word) {
  std::vector<std::string_view> names;
  for (const Verb& verb : verbs()) {
    if (!verb.internal) names.push_back(verb.name);
  }
  const std::string_view meant = nearest(word, names);
  std::string message = fmt::format("there is no verb '{}'", word);
  message.append(meant.empty() ? fmt::format("; there are: {}", fmt::join(names, ", "))
                               : fmt::format("; did you mean '{}'?", meant));
  return complain(message, "modcomm");
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
      return complain(error.what(), is_verb(first) ? fmt::format("modcomm {}", first) : "modcomm");
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

}  // namespace

int run(int argc, char** argv) noexcept {
  try {
    return Program().run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "modcomm: internal fault: %s\n", error.what());
  } catch (...) {
    std::fputs("modcomm: internal fault\n", stderr);
  }
  return ExitCode::internal;
}

}  // namespace modcomm::program
