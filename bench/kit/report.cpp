#include "kit/report.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <tuple>

#include <fmt/format.h>

#include "kit/plot.hpp"
#include "kit/text.hpp"

namespace bench {
namespace {

/// "µs" is one column wide and two bytes long.
std::string right(const std::string& text, std::size_t columns) {
  std::size_t used = 0;
  for (const char c : text) used += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1U : 0U;
  return used < columns ? std::string(columns - used, ' ') + text : text;
}

bool is_latency(const Outcome& outcome) {
  return !outcome.comparisons.empty() && outcome.comparisons.front().theirs_p99 > 0;
}

/// What stands in brackets behind a median: the tail of a latency, the CPU time of a message.
const char* bracket_of(const Outcome& outcome) {
  if (is_latency(outcome)) return " (p99)";
  return outcome.scenario.unit == Unit::messages_per_second ? " (CPU)" : "";
}

std::string median_text(double value, double p99, double cpu, Unit unit) {
  auto text = figure_text(value, unit);
  if (p99 > 0) return text + " (" + figure_text(p99, unit) + ")";
  if (unit == Unit::nanoseconds) return text;
  return text + " (" + figure_text(cpu, Unit::nanoseconds) + ")";
}

std::string ours_text(const Comparison& c, Unit unit) {
  return median_text(c.ours.median, c.ours_p99, c.ours_cpu, unit);
}

std::string theirs_text(const Comparison& c, Unit unit) {
  return median_text(c.theirs.median, c.theirs_p99, c.theirs_cpu, unit);
}

std::string disturbed(const Outcome& outcome) {
  return fmt::format("Other processes took {:.0f} % of the machine meanwhile.",
                     100 * outcome.disturbance);
}

/// "≤ 0.40, held": of rates more is better, of times less.
std::string verdict(double reached, double bar, const std::string& bar_text, Unit unit) {
  const bool rates = unit == Unit::messages_per_second;
  const bool held = rates ? reached >= bar : reached <= bar;
  return fmt::format("{} {}, {}", rates ? "≥" : "≤", bar_text, held ? "held" : "missed");
}

std::string bar_text(const Comparison& c, Unit unit) {
  if (c.bar <= 0) return "";
  const std::string verdict_text = verdict(c.ratio.median, c.bar, ratio_text(c.bar), unit);
  return c.goal > 0 ? verdict_text + "; goal " + ratio_text(c.goal) : verdict_text;
}

/// What is to be said of ours alone, of who is missing, and of the machine.
std::string remarks(const Outcome& outcome, const char* between) {
  const auto& [scenario, ours] = std::tie(outcome.scenario, outcome.ours);
  std::string text;
  if (scenario.bar > 0) {
    text += fmt::format(
        "Ours alone: {}; bar: {}.{}", figure_text(ours.median, scenario.unit),
        verdict(ours.median, scenario.bar, figure_text(scenario.bar, scenario.unit), scenario.unit),
        between);
  }
  for (const auto& why : outcome.left_out) text += why + between;
  return text + disturbed(outcome);
}

std::string line_of(const Comparison& c, Unit unit) {
  return fmt::format("| {} | {} | {} | **{}** | {} – {} | {} – {} | {} |\n", c.peer,
                     theirs_text(c, unit), ours_text(c, unit), ratio_text(c.ratio.median),
                     ratio_text(c.ratio.lower_quartile), ratio_text(c.ratio.upper_quartile),
                     ratio_text(c.ratio.min), ratio_text(c.ratio.max), bar_text(c, unit));
}

std::string section(const Outcome& outcome) {
  const auto& scenario = outcome.scenario;
  std::string text = fmt::format("### {0}\n\n{1} {2}\n\n![{0}](benchmarks/{3}.svg)\n\n",
                                 scenario.title, scenario.detail, scenario.pinning, scenario.name);
  if (!outcome.comparisons.empty()) {
    text += fmt::format("| peer | theirs{0} | ours{0} | ratio | quartiles | min – max | bar |\n",
                        bracket_of(outcome));
    text += "| --- | ---: | ---: | ---: | ---: | ---: | --- |\n";
    for (const auto& c : outcome.comparisons) text += line_of(c, scenario.unit);
    text += '\n';
  }
  return text + remarks(outcome, "\n\n") + "\n\n";
}

constexpr auto introduction = R"(# Benchmarks

What modcomm costs, beside what else a C++ program could use. Both sides do honest work: every
receiver counts the messages, looks into each, and the run fails if one is missing.

- *Ours* publishes with everything on: message id, time stamp, time-to-live with its expiry check,
  priority lanes, counters on both ledgers, a subscription that matches by a glob, a typed payload,
  and on queued channels the `block` policy, so that nothing is lost.
- *Peers* run in the form that their documentation recommends for speed, and lose nothing either.
- A *ratio* is ours divided by theirs, of two runs side by side in time. Where messages a second
  are measured, more than 1 is in our favour; where time is measured, less than 1. A *bar* is what
  the median must reach, a *goal* what we would like it to.

Read ratios rather than figures: a cache line takes 20 to 230 ns to cross the cores of such a
machine from one second to the next, and both sides feel that alike. *CPU* is the time that all
threads of the process spent on a message, waiting in loops included.

)";

void write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  if (!(file << text).flush()) throw std::runtime_error("cannot write " + path.string());
}

}  // namespace

std::string table(const Outcome& outcome) {
  const auto& scenario = outcome.scenario;
  const std::string bracket = bracket_of(outcome);
  auto text = fmt::format("\n{} [{}]\n{} {}\n", scenario.title, scenario.name, scenario.pinning,
                          remarks(outcome, "\n"));
  if (outcome.comparisons.empty()) return text;
  text += fmt::format("  {:<30}{:>20}{:>20}{:>8}{:>8}{:>8}{:>8}{:>8}\n", "peer", "theirs" + bracket,
                      "ours" + bracket, "ratio", "min", "q1", "q3", "max");
  for (const auto& c : outcome.comparisons) {
    text += fmt::format("  {:<30}{}{}", c.peer, right(theirs_text(c, scenario.unit), 20),
                        right(ours_text(c, scenario.unit), 20));
    for (const double ratio : {c.ratio.median, c.ratio.min, c.ratio.lower_quartile,
                               c.ratio.upper_quartile, c.ratio.max}) {
      text += right(ratio_text(ratio), 8);
    }
    const auto bar = bar_text(c, scenario.unit);
    text += bar.empty() ? "\n" : "  " + bar + '\n';
  }
  return text;
}

std::string page(const std::vector<Outcome>& outcomes, const Plan& plan, const Machine& machine,
                 const std::string& command, const std::string& appendix) {
  std::string text = introduction;
  text += fmt::format(
      "Each ratio is the median of {} pairs of runs of about {:.2f} s; who runs first\n"
      "alternates, and the peers take turns.\n\n"
      "```text\n{}\n```\n\n"
      "{}: {}, {} cores, {}, {}.\n\n",
      plan.pairs, plan.length.count(), command, machine.date, machine.processor, machine.cores,
      machine.system, machine.compiler);
  std::string chapter;
  for (const auto& outcome : outcomes) {
    if (outcome.scenario.chapter != chapter) {
      chapter = outcome.scenario.chapter;
      text += fmt::format("## {}\n\n", chapter);
    }
    text += section(outcome);
  }
  text += appendix;
  while (text.ends_with("\n\n")) text.pop_back();
  return text;
}

void write_docs(const std::filesystem::path& folder, const std::vector<Outcome>& outcomes,
                const Plan& plan, const Machine& machine, const std::string& command,
                const std::string& appendix) {
  std::filesystem::create_directories(folder / "benchmarks");
  for (const auto& outcome : outcomes) {
    write_file(folder / "benchmarks" / (outcome.scenario.name + ".svg"), plot(outcome));
  }
  write_file(folder / "benchmarks.md", page(outcomes, plan, machine, command, appendix));
}

}  // namespace bench
