// modcomm_bench [filter...] [--quick] [--docs FOLDER] -- ours and peers side by side, in one run.
#include <algorithm>
#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "flaky/outage.hpp"
#include "kit/machine.hpp"
#include "kit/pairing.hpp"
#include "kit/report.hpp"
#include "scenarios.hpp"

namespace {

using bench::Outcome;
using bench::Scenario;

struct Request {
  std::vector<std::string> filters{};
  bool quick = false;
  bool list = false;
  std::string docs = "docs";
};

constexpr auto outage_name = "flaky";
constexpr auto outage_title = "A service that goes down: bare, retry, breaker, both";

bool wanted(const std::string& name, const std::vector<std::string>& filters) {
  return filters.empty() || std::any_of(filters.begin(), filters.end(), [&](const auto& filter) {
           return name.find(filter) != std::string::npos;
         });
}

std::vector<Scenario> chosen(const Request& request) {
  auto all = bench::scenarios();
  std::erase_if(all,
                [&](const Scenario& scenario) { return !wanted(scenario.name, request.filters); });
  return all;
}

void show_progress(const std::string& scenario, const std::string& who) {
  fmt::print(stderr, "\r\033[K{}: {}", scenario, who);
}

Outcome run(const Scenario& scenario, const bench::Plan& plan) {
  const auto outcome = bench::run_pairs(
      scenario, plan, [&](const std::string& who) { show_progress(scenario.name, who); });
  fmt::print(stderr, "\r\033[K");
  fmt::print("{}", bench::table(outcome));
  std::fflush(stdout);
  return outcome;
}

/// The chapter for the page; empty if nobody wants it.
std::string run_outage(const Request& request) {
  if (!wanted(outage_name, request.filters)) return {};
  using namespace std::chrono_literals;
  const bench::flaky::Plan plan =
      request.quick ? bench::flaky::Plan{.up = 100ms, .down = 200ms, .up_again = 200ms, .rounds = 1}
                    : bench::flaky::Plan{};
  auto guards = bench::flaky::ours();
  for (auto& guard : bench::flaky::peers()) guards.push_back(std::move(guard));
  const auto verdicts = bench::flaky::endure(
      guards, plan, [](const std::string& who) { show_progress(outage_name, who); });
  fmt::print(stderr, "\r\033[K");
  fmt::print("{}", bench::flaky::table(verdicts));
  return bench::flaky::chapter(verdicts, plan);
}

int measure(const Request& request, const std::string& command) {
  const auto scenarios = chosen(request);
  if (scenarios.empty() && !wanted(outage_name, request.filters)) {
    fmt::print(stderr, "modcomm_bench: no scenario matches; --list names them\n");
    return 2;
  }
  const bench::Plan plan =
      request.quick ? bench::Plan{2, std::chrono::duration<double>(0.02)} : bench::Plan{};
  const auto machine = bench::this_machine();
  fmt::print("{}, {} cores, {}, {}\n", machine.processor, machine.cores, machine.compiler,
             machine.date);
  std::vector<Outcome> outcomes;
  for (const auto& scenario : scenarios) outcomes.push_back(run(scenario, plan));
  const std::string outage = run_outage(request);
  if (!request.quick && request.filters.empty()) {
    bench::write_docs(request.docs, outcomes, plan, machine, command, outage);
    fmt::print("\nWritten: {}/benchmarks.md\n", request.docs);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) try {
  Request request;
  CLI::App app("Measures modcomm and its peers side by side");
  app.add_option("filter", request.filters, "parts of the names of scenarios to run; default: all");
  app.add_flag("--quick", request.quick, "a smoke run: two short pairs each, figures mean nothing");
  app.add_flag("--list", request.list, "names the scenarios");
  app.add_option("--docs", request.docs,
                 "where a whole run writes benchmarks.md and its plots; default: docs");
  CLI11_PARSE(app, argc, argv);
  if (request.list) {
    for (const auto& s : bench::scenarios()) fmt::print("{:<28}{}\n", s.name, s.title);
    fmt::print("{:<28}{}\n", outage_name, outage_title);
    return 0;
  }
  std::string command = "build/release/bin/modcomm_bench";
  for (int i = 1; i < argc; ++i) command += std::string(" ") + argv[i];
  return measure(request, command);
} catch (const std::exception& error) {
  fmt::print(stderr, "modcomm_bench: {}\n", error.what());
  return 1;
}
