#include "kit/statistics.hpp"

#include <algorithm>
#include <random>
#include <stdexcept>

#include <gtest/gtest.h>

namespace bench {
namespace {

TEST(Statistics, a_spread_is_the_five_numbers_of_a_box_plot) {
  EXPECT_EQ(spread_of({5, 1, 4, 2, 3}), (Spread{1, 2, 3, 4, 5}));
  EXPECT_EQ(spread_of({1, 2, 3, 4}), (Spread{1, 1.75, 2.5, 3.25, 4}));
  EXPECT_EQ(spread_of({7}), (Spread{7, 7, 7, 7, 7}));
  EXPECT_THROW(spread_of({}), std::invalid_argument);
}

TEST(Statistics, half_of_the_figures_lie_between_the_quartiles) {
  std::mt19937 random(1);
  std::lognormal_distribution<double> noise;
  for (int round = 0; round < 100; ++round) {
    std::vector<double> figures(4 * (1 + random() % 25) + 1);
    std::generate(figures.begin(), figures.end(), [&] { return noise(random); });
    const auto spread = spread_of(figures);
    const auto inside = std::count_if(figures.begin(), figures.end(), [&](double figure) {
      return figure >= spread.lower_quartile && figure <= spread.upper_quartile;
    });
    EXPECT_EQ(inside, static_cast<std::ptrdiff_t>(figures.size() / 2 + 1));
  }
}

}  // namespace
}  // namespace bench
