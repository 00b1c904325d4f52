// kit/statistics.hpp -- what to say about a handful of noisy figures.
#pragma once

#include <vector>

namespace bench {

/// The five numbers of a box plot.
struct Spread {
  double min{};
  double lower_quartile{};
  double median{};
  double upper_quartile{};
  double max{};

  bool operator==(const Spread&) const = default;
};

/// Quartiles are interpolated between neighbours. Wants at least one figure.
Spread spread_of(std::vector<double> figures);

}  // namespace bench
