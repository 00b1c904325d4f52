// modcomm_bench [filter...] [--quick] [--docs FOLDER] -- ours and peers side by side, in one run.
#include <algorithm>
#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

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

bool wanted(const Scenario& scenario, const std::vector<std::string>& filters) {
  return filters.empty() || std::any_of(filters.begin(), filters.end(), [&](const auto& filter) {
           return scenario.name.find(filter) != std::string::npos;
         });
}

std::vector<Scenario> chosen(const Request& request) {
  auto all = bench::scenarios();
  std::erase_if(all, [&](const Scenario& scenario) { return !wanted(scenario, request.filters); });
  return all;
}

Outcome run(const Scenario& scenario, const bench::Plan& plan) {
  const auto outcome = bench::run_pairs(scenario, plan, [&](const std::string& who) {
    fmt::print(stderr, "\r\033[K{}: {}", scenario.name, who);
  });
  fmt::print(stderr, "\r\033[K");
  fmt::print("{}", bench::table(outcome));
  std::fflush(stdout);
  return outcome;
}

int measure(const Request& request, const std::string& command) {
  const auto scenarios = chosen(request);
  if (scenarios.empty()) {
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
  if (!request.quick && request.filters.empty()) {
    bench::write_docs(request.docs, outcomes, plan, machine, command);
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
    return 0;
  }
  std::string command = "build/release/bin/modcomm_bench";
  for (int i = 1; i < argc; ++i) command += std::string(" ") + argv[i];
  return measure(request, command);
} catch (const std::exception& error) {
  fmt::print(stderr, "modcomm_bench: {}\n", error.what());
  return 1;
}
