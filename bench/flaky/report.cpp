#include <fmt/format.h>

#include "flaky/outage.hpp"

namespace bench::flaky {
namespace {

constexpr auto heading = "A service that goes down";

std::string share(double part) { return fmt::format("{:.1f} %", 100 * part); }

/// Nothing succeeded: the first success is far away.
std::string time(double milliseconds) {
  return milliseconds > 1e9 ? "never" : fmt::format("{:.0f} ms", milliseconds);
}

std::string row(const Verdict& verdict) {
  if (!verdict.left_out.empty()) {
    return fmt::format("| {} | left out: {} | | | | |\n", verdict.guard, verdict.left_out);
  }
  const Experience& e = verdict.experience;
  return fmt::format("| {} | {} | {} | {} | {} | {:.0f} |\n", verdict.guard,
                     share(e.succeeded_down), share(e.succeeded_all), time(e.recovery_ms),
                     time(e.settled_ms), e.came_in_vain);
}

}  // namespace

std::string table(const std::vector<Verdict>& verdicts) {
  auto text =
      fmt::format("\n{} [flaky]\n  {:<30}{:>14}{:>14}{:>16}{:>16}{:>10}\n", heading, "guard",
                  "good, down", "good, all", "first success", "last failure", "in vain");
  for (const auto& verdict : verdicts) {
    const Experience& e = verdict.experience;
    text += verdict.left_out.empty()
                ? fmt::format("  {:<30}{:>14}{:>14}{:>16}{:>16}{:>10.0f}\n", verdict.guard,
                              share(e.succeeded_down), share(e.succeeded_all), time(e.recovery_ms),
                              time(e.settled_ms), e.came_in_vain)
                : fmt::format("  {:<30}left out: {}\n", verdict.guard, verdict.left_out);
  }
  return text;
}

std::string chapter(const std::vector<Verdict>& verdicts, const Plan& plan) {
  auto text = fmt::format(
      "## {}\n\n"
      "{} callers, each with a call every {} ms or as soon as its last one ended, of a service on\n"
      "loopback that closes connections without an answer for {} ms, {} ms longer each round, then "
      "answers\n"
      "again. Calls may take 1 s. Retries: 3, from 50 ms on, doubling, with jitter. Breakers: open "
      "after 5 "
      "failures\n"
      "in a row (opossum: half of at least 20), for 500 ms. Medians of {} rounds.\n\n"
      "*In vain* are the requests that the service had to turn away while it was down. The retry\n"
      "budget of modcomm ends retries once half of its 100 tokens are lost: then a call fails at\n"
      "once, so that there are more of them that fail, and no more requests than without "
      "retries.\n\n"
      "| guard | succeeded while down | of all | first success after | last failure after "
      "| in vain |\n"
      "| --- | ---: | ---: | ---: | ---: | ---: |\n",
      heading, plan.callers, plan.period.count(), plan.down.count(), plan.longer.count(),
      plan.rounds);
  for (const auto& verdict : verdicts) text += row(verdict);
  return text;
}

}  // namespace bench::flaky
