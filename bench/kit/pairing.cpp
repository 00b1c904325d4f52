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
  if (contender.prepare) contender.prepare();
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
            .theirs_cpu = spread_of(theirs.cpus).median,
            .bar = peer.contender->bar,
            .goal = peer.contender->goal};
  }
};

/// Everybody's turns in one scenario.
class Meeting {
 public:
  Meeting(const Scenario& scenario, const Plan& plan, const Progress& progress)
      : scenario_(scenario), plan_(plan), progress_(progress) {}

  Outcome hold() {
    outcome_.scenario = scenario_;
    calibrate_all();
    for (int pair = 0; pair < plan_.pairs; ++pair) {
      if (all_.empty()) alone_.push_back(take_turn(ours_).figure.value);
      for (auto& pairs : all_) meet(pairs, pair % 2 == 0);
    }
    finish_all();
    sum_up();
    return std::move(outcome_);
  }

 private:
  Run take_turn(const Calibrated& who) const {
    progress_(who.contender->name);
    return run(who);
  }

  void calibrate_all() {
    progress_("calibration");
    ours_ = calibrate(scenario_.ours, scenario_.warm_up, plan_);
    for (const auto& peer : scenario_.peers) {
      try {
        all_.push_back({.peer = calibrate(peer, scenario_.warm_up, plan_)});
      } catch (const Unavailable& why) {
        outcome_.left_out.push_back(peer.name + " was left out: " + why.what());
      }
    }
  }

  void meet(Pairs& pairs, bool ours_first) const {
    if (ours_first) {
      const auto our = take_turn(ours_);
      pairs.add(our, take_turn(pairs.peer));
    } else {
      const auto their = take_turn(pairs.peer);
      pairs.add(take_turn(ours_), their);
    }
  }

  void finish_all() const {
    if (scenario_.ours.finish) scenario_.ours.finish();
    for (const auto& peer : scenario_.peers) {
      if (peer.finish) peer.finish();
    }
  }

  void sum_up() {
    for (const auto& pairs : all_) {
      alone_.insert(alone_.end(), pairs.ours.values.begin(), pairs.ours.values.end());
      outcome_.comparisons.push_back(pairs.summary());
    }
    outcome_.ours = spread_of(alone_);
  }

  const Scenario& scenario_;
  const Plan& plan_;
  const Progress& progress_;
  Calibrated ours_{};
  std::vector<Pairs> all_{};
  std::vector<double> alone_{};  // all figures of ours
  Outcome outcome_{};
};

}  // namespace

Outcome run_pairs(const Scenario& scenario, const Plan& plan, const Progress& progress) {
  const Disturbance disturbance;
  auto outcome = Meeting(scenario, plan, progress).hold();
  outcome.disturbance = disturbance.share();
  return outcome;
}

}  // namespace bench
