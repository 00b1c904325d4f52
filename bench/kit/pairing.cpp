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

struct Pairs {
  Calibrated peer{};
  std::vector<double> ours{}, theirs{}, ratios{}, ours_p99{}, theirs_p99{};

  void add(const Figure& our, const Figure& their) {
    ours.push_back(our.value);
    theirs.push_back(their.value);
    ratios.push_back(our.value / their.value);
    ours_p99.push_back(our.p99);
    theirs_p99.push_back(their.p99);
  }

  Comparison summary() const {
    return {peer.contender->name,       spread_of(ours),
            spread_of(theirs),          spread_of(ratios),
            spread_of(ours_p99).median, spread_of(theirs_p99).median};
  }
};

Outcome summary_of(const Scenario& scenario, const std::vector<Pairs>& all) {
  Outcome outcome{.scenario = scenario};
  std::vector<double> ours;
  for (const auto& pairs : all) {
    ours.insert(ours.end(), pairs.ours.begin(), pairs.ours.end());
    outcome.comparisons.push_back(pairs.summary());
  }
  outcome.ours = spread_of(ours);
  return outcome;
}

}  // namespace

Outcome run_pairs(const Scenario& scenario, const Plan& plan, const Progress& progress) {
  const auto run = [&](const Calibrated& who) {
    progress(who.contender->name);
    return who.contender->run(who.count);
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
        const auto our = run(ours);
        pairs.add(our, run(pairs.peer));
      } else {
        const auto their = run(pairs.peer);
        pairs.add(run(ours), their);
      }
    }
  }
  auto outcome = summary_of(scenario, all);
  outcome.disturbance = disturbance.share();
  return outcome;
}

}  // namespace bench
