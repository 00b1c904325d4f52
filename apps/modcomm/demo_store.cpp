#include "demo_store.hpp"

#include <cstdio>
#include <cstdlib>
#include <optional>

#include <fmt/format.h>

#include <modcomm/glob.hpp>
#include <modcomm/reflect.hpp>
#include <modcomm/store.hpp>
#include <modcomm/time_text.hpp>

#include "demo_report.hpp"
#include "exit_code.hpp"
#include "modules/chronicle.hpp"
#include "terminal.hpp"

namespace modcomm::program {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view no_end = "the run did not come to its end";

fs::path variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? fs::path() : fs::path(value);
}

/// Tells one run.
class Replay {
 public:
  explicit Replay(const DemoOptions& options)
      : options_(options), stream_(options.json ? stderr : stdout), console_(stream_, style()) {}

  /// Empty unless the store holds one.
  Result<std::string> find_last() const {
    std::string run;
    const auto found = read_store(folder(), {.name = std::string(run_started), .limit = 1},
                                  [&](const Event& event) { run = event.correlation_id(); });
    if (!found) return found.error();
    return run;
  }

  int tell(const std::string& run) {
    const auto read = read_store(folder(), {.correlation_id = run, .limit = 0},
                                 [this](const Event& event) { tell(event); });
    if (!read) return refuse(read.error().message());
    if (!finished_) {
      console_.line("");
      console_.line(console_.paint(lab::Tone::warning, std::string(no_end)));
      if (options_.json) fmt::print("{}\n", to_json({{"passed", false}, {"verdict", no_end}}));
      return ExitCode::work_failed;
    }
    console_.line("");
    print_verdict(console_, finished_->passed, finished_->verdict);
    if (options_.json) fmt::print("{}\n", to_json(finished_->report));
    return finished_->passed ? ExitCode::success : ExitCode::work_failed;
  }

  static int refuse(const std::string& message) {
    fmt::print(stderr, "modcomm: {}\n", message);
    return ExitCode::usage;
  }

 private:
  std::string folder() const { return demo_store(options_).string(); }
  lab::ConsoleStyle style() const {
    lab::ConsoleStyle style = style_of(stream_);
    style.quiet = options_.quiet;
    return style;
  }

  void tell(const Event& event) {
    if (event.name() == run_started) return introduce(event);
    if (event.name() == run_finished) {
      finished_ = event.as<RunFinished>().value();
    } else if (is_story(event)) {
      lab::write_line(console_, {.time = lab::told_at(event),
                                 .channel = event.channel(),
                                 .type = event.name(),
                                 .payload = event.value().value()});
    }
  }

  void introduce(const Event& event) {
    const auto started = event.as<RunStarted>().value();
    console_.line(fmt::format("{} {}: {} steps, from {}",
                              console_.paint(lab::Tone::strong, "modcomm demo --replay"),
                              lab::harmless(started.lab), started.steps, started.source));
    console_.line(fmt::format("  as it was told {}", format_time(event.time())));
    console_.line("");
  }

  bool is_story(const Event& event) const {
    for (const lab::LogSource& source : sources_) {
      const auto pattern = Glob::compile(source.pattern);
      if (source.channel == event.channel() && pattern && pattern->matches(event.name())) {
        return true;
      }
    }
    return false;
  }

  const DemoOptions& options_;
  std::FILE* const stream_;
  lab::Console console_;
  const std::vector<lab::LogSource> sources_ = story_sources();
  std::optional<RunFinished> finished_{};
};

}  // namespace

fs::path demo_store(const DemoOptions& options) {
  if (!options.store.empty()) return options.store;
  const fs::path state = variable("XDG_STATE_HOME");
  if (state.is_absolute()) return state / "modcomm" / "demo";
  const fs::path home = variable("HOME");
  return home.is_absolute() ? home / ".local" / "state" / "modcomm" / "demo" : fs::path();
}

std::vector<lab::LogSource> story_sources() {
  return {{"Lab", "Step[!S]*"}, {"Output"}, {"Configuration"}, {"Patches"}, {"Rollout"}};
}

int replay_demo(const DemoOptions& options) {
  Replay replay(options);
  const fs::path folder = demo_store(options);
  const std::string nothing = "no run of the demo is kept" +
                              (folder.empty() ? "" : " in " + folder.string()) +
                              "; run `modcomm demo` first, or name the folder with --store";
  if (folder.empty()) return Replay::refuse(nothing);
  const auto run = replay.find_last();
  if (!run && run.error().code() != Code::not_found) return Replay::refuse(run.error().message());
  if (!run || run->empty()) return Replay::refuse(nothing);
  return replay.tell(*run);
}

}  // namespace modcomm::program
