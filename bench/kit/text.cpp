#include "kit/text.hpp"

#include <array>

#include <fmt/format.h>

namespace bench {
namespace {

struct Scale {
  double factor{};
  const char* suffix{};
};

// Three digits, so that nobody reads more into a figure than it holds.
std::string three_digits(double value) {
  const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return fmt::format("{:.{}f}", value, decimals);
}

template <std::size_t Count>
std::string scaled(double value, const std::array<Scale, Count>& scales) {
  for (const auto& scale : scales) {
    if (value >= scale.factor) return three_digits(value / scale.factor) + scale.suffix;
  }
  return three_digits(value) + scales.back().suffix;
}

}  // namespace

std::string figure_text(double value, Unit unit) {
  constexpr std::array<Scale, 3> rates{{{1e6, " M/s"}, {1e3, " k/s"}, {1, " /s"}}};
  constexpr std::array<Scale, 3> times{{{1e6, " ms"}, {1e3, " µs"}, {1, " ns"}}};
  return unit == Unit::messages_per_second ? scaled(value, rates) : scaled(value, times);
}

std::string ratio_text(double ratio) {
  return ratio < 0.0995 ? fmt::format("{:.4f}", ratio) : three_digits(ratio);
}

}  // namespace bench
