#include "kit/pairing.hpp"

#include <algorithm>
#include <utility>

#include "kit/machine.hpp"

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;

/// A contender with the count that makes one run as long as planned.
struct Calibrated {
  const Contender* contender{};
  std::uint64_t count{};
};

Calibrated calibrate(const Contender& contender, std::uint64_t first, const Plan& plan) {
  const auto begin = Clock::now();
  contender.run(first);
  const std::chrono::duration<double> took = Clock::now() - begin;
  const double scale = std::clamp(plan.length / took, 0.5, 1'000.0);
  return {&contender, static_cast<std::uint64_t>(static_cast<double>(first) * scale)};
}

/// One run: what the contender answered, and what it cost.
struct Run {
  Figure figure{};
  double cpu{};  // nanoseconds a message
};

Run run(const Calibrated& who) {
  const double before = cpu_seconds();
  const auto figure = who.contender->run(who.count);
  return {figure, (cpu_seconds() - before) * 1e9 / static_cast<double>(who.count)};
}

/// The runs of one side.
struct Side {
  std::vector<double> values{}, p99s{}, cpus{};

  void add(const Run& run) {
    values.push_back(run.figure.value);
    p99s.push_back(run.figure.p99);
    cpus.push_back(run.cpu);
  }
};

struct Pairs {
  Calibrated peer{};
  Side ours{};
  Side theirs{};
  std::vector<double> ratios{};

  void add(const Run& our, const Run& their) {
    ours.add(our);
    theirs.add(their);
    ratios.push_back(our.figure.value / their.figure.value);
  }

  Comparison summary() const {
    return {.peer = peer.contender->name,
            .ours = spread_of(ours.values),
            .theirs = spread_of(theirs.values),
            .ratio = spread_of(ratios),
            .ours_p99 = spread_of(ours.p99s).median,
            .theirs_p99 = spread_of(theirs.p99s).median,
            .ours_cpu = spread_of(ours.cpus).median,
            .theirs_cpu = spread_of(theirs.cpus).median};
  }
};

Outcome summary_of(const Scenario& scenario, const std::vector<Pairs>& all) {
  Outcome outcome{.scenario = scenario};
  std::vector<double> ours;
  for (const auto& pairs : all) {
    ours.insert(ours.end(), pairs.ours.values.begin(), pairs.ours.values.end());
    outcome.comparisons.push_back(pairs.summary());
  }
  outcome.ours = spread_of(ours);
  return outcome;
}

}  // namespace

Outcome run_pairs(const Scenario& scenario, const Plan& plan, const Progress& progress) {
  const auto take_turn = [&](const Calibrated& who) {
    progress(who.contender->name);
    return run(who);
  };
  const Disturbance disturbance;
  progress("calibration");
  const auto ours = calibrate(scenario.ours, scenario.warm_up, plan);
  std::vector<Pairs> all;
  for (const auto& peer : scenario.peers) {
    all.push_back({.peer = calibrate(peer, scenario.warm_up, plan)});
  }
  for (int pair = 0; pair < plan.pairs; ++pair) {
    for (auto& pairs : all) {
      if (pair % 2 == 0) {
        const auto our = take_turn(ours);
        pairs.add(our, take_turn(pairs.peer));
      } else {
        const auto their = take_turn(pairs.peer);
        pairs.add(take_turn(ours), their);
      }
    }
  }
  auto outcome = summary_of(scenario, all);
  outcome.disturbance = disturbance.share();
  return outcome;
}

}  // namespace bench
