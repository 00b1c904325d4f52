#include "kit/plot.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "kit/text.hpp"

namespace bench {
namespace {

constexpr int width = 760;
constexpr int row = 30;
constexpr int top = 62;
constexpr int bar_left = 190;
constexpr int bar_width = 460;

constexpr auto style = R"(  <style>
    text { font: 13px system-ui, sans-serif; fill: #1f2328; }
    .title { font-size: 15px; font-weight: 600; }
    .note { fill: #59636e; font-size: 12px; }
    .name { text-anchor: end; }
    .ours { fill: #1f6feb; }
    .peer { fill: #a8b1bb; }
    .whisker { stroke: #1f2328; stroke-width: 1.5; }
    .grid { stroke: #d1d9e0; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3; }
      .note { fill: #9198a1; }
      .ours { fill: #4493f8; }
      .peer { fill: #5c6672; }
      .whisker { stroke: #e6edf3; }
      .grid { stroke: #3d444d; }
    }
  </style>
)";

std::string escaped(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

/// The distance of grid lines: 1, 2 or 5 times a power of ten, at most five of them.
double grid_step(double highest) {
  const double rough = highest / 5;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= rough) return factor * power;
  }
  return 10 * power;
}

class Drawing {
 public:
  Drawing(const Outcome& outcome, int rows)
      : unit_(outcome.scenario.unit), bottom_(top + rows * row) {
    highest_ = outcome.ours.upper_quartile;
    for (const auto& c : outcome.comparisons)
      highest_ = std::max(highest_, c.theirs.upper_quartile);
    add(R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" role="img">)"
        "\n",
        width, bottom_ + 28);
    svg_ += style;
    add(R"(  <text class="title" x="12" y="24">{}</text>)"
        "\n",
        escaped(outcome.scenario.title));
    add(R"(  <text class="note" x="12" y="44">{}; bar: median, whisker: quartiles</text>)"
        "\n",
        unit_ == Unit::nanoseconds ? "less is better" : "more is better");
    grid();
  }

  void bar(const std::string& name, const Spread& spread, const char* kind) {
    const int middle = top + rows_++ * row + row / 2;
    add(R"(  <text class="name" x="{}" y="{}">{}</text>)"
        "\n",
        bar_left - 10, middle + 4, escaped(name));
    add(R"(  <rect class="{}" x="{}" y="{}" width="{:.1f}" height="18" rx="2"/>)"
        "\n",
        kind, bar_left, middle - 9, x(spread.median) - bar_left);
    add(R"(  <path class="whisker" d="M{0:.1f} {2}H{1:.1f}M{0:.1f} {3}v8M{1:.1f} {3}v8"/>)"
        "\n",
        x(spread.lower_quartile), x(spread.upper_quartile), middle, middle - 4);
    add(R"(  <text x="{:.1f}" y="{}">{}</text>)"
        "\n",
        x(spread.upper_quartile) + 8, middle + 4, figure_text(spread.median, unit_));
  }

  std::string finish() && {
    svg_ += "</svg>\n";
    return std::move(svg_);
  }

 private:
  template <class... Args>
  void add(fmt::format_string<Args...> form, Args&&... args) {
    fmt::format_to(std::back_inserter(svg_), form, std::forward<Args>(args)...);
  }

  double x(double value) const { return bar_left + bar_width * value / highest_; }

  void grid() {
    const double step = grid_step(highest_);
    for (double at = 0; at <= highest_ * 1.0001; at += step) {
      add(R"(  <path class="grid" d="M{:.1f} {}V{}"/>)"
          "\n",
          x(at), top - 4, bottom_ + 4);
      add(R"(  <text class="note" x="{:.1f}" y="{}" text-anchor="middle">{}</text>)"
          "\n",
          x(at), bottom_ + 20, at > 0 ? figure_text(at, unit_) : "0");
    }
  }

  Unit unit_;
  int bottom_;
  int rows_ = 0;
  double highest_{};
  std::string svg_{};
};

}  // namespace

std::string plot(const Outcome& outcome) {
  Drawing drawing(outcome, static_cast<int>(outcome.comparisons.size()) + 1);
  drawing.bar(outcome.scenario.ours.name, outcome.ours, "ours");
  for (const auto& c : outcome.comparisons) drawing.bar(c.peer, c.theirs, "peer");
  return std::move(drawing).finish();
}

}  // namespace bench
