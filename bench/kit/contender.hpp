// kit/contender.hpp -- who takes part in a scenario, and what comes out.
//
// A contender does the scenario's work `count` times and answers one figure: messages a second, or
// nanoseconds. It builds what it needs before the clock starts, checks that nothing was lost, and
// throws if something was. A peer that is not installed says so in
// `prepare` and is left out.
#pragma once

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "kit/statistics.hpp"

namespace bench {

struct Figure {
  double value{};
  double p99{};  ///< Only where latencies are measured; 0 elsewhere.
};

struct Contender {
  std::string name{};
  std::function<Figure(std::uint64_t count)> run{};
  std::function<void()> prepare{};  ///< Makes what it keeps between runs, if anything.
  std::function<void()> finish{};   ///< Ends that.
  double bar{};   ///< Of a peer: what the ratio ours / theirs has to reach; 0: nothing.
  double goal{};  ///< Of a peer: what we would like it to reach; 0: nothing.
};

/// What `prepare` of a peer throws that is not installed; says who, and how to get it.
struct Unavailable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

enum class Unit : std::uint8_t { messages_per_second, nanoseconds };

/// One question, ours and the peers that can answer it.
struct Scenario {
  std::string chapter{};  ///< Of the page that it stands in: "Messages".
  std::string name{};     ///< "queued-1-producer": what a filter matches and a plot is named.
  std::string title{};    ///< What is done, in a line.
  std::string detail{};   ///< What else a reader must know; a sentence or more.
  std::string pinning{};  ///< Which threads run on which cores.
  Unit unit{};
  double bar{};             ///< What our figure has to reach; 0: nothing.
  std::uint64_t warm_up{};  ///< The count of the first run, which only finds the right count.
  Contender ours{};
  std::vector<Contender> peers{};
};

/// Ours against one peer: figures of both and the ratio ours / theirs of each pair.
struct Comparison {
  std::string peer{};
  Spread ours{};
  Spread theirs{};
  Spread ratio{};
  double ours_p99{};  ///< Median over the runs; 0 where no latency is measured.
  double theirs_p99{};
  double ours_cpu{};  ///< Median CPU time of all threads for one message, in nanoseconds.
  double theirs_cpu{};
  double bar{};   ///< What the median ratio has to reach; 0: nothing.
  double goal{};  ///< What we would like it to reach; 0: nothing.
};

struct Outcome {
  Scenario scenario{};
  Spread ours{};         ///< Over all runs of ours.
  double disturbance{};  ///< Share of the machine that other processes took meanwhile.
  std::vector<Comparison> comparisons{};
  std::vector<std::string> left_out{};  ///< Why which peer was not measured.
};

}  // namespace bench
