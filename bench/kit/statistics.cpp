#include "kit/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace bench {
namespace {

double at_share(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(std::floor(place));
  const auto above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], place - std::floor(place));
}

}  // namespace

Spread spread_of(std::vector<double> figures) {
  if (figures.empty()) throw std::invalid_argument("a spread wants at least one figure");
  std::sort(figures.begin(), figures.end());
  return {figures.front(), at_share(figures, 0.25), at_share(figures, 0.5), at_share(figures, 0.75),
          figures.back()};
}

}  // namespace bench
