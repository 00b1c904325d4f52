#include "modules/progress_tracking.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <fmt/format.h>

namespace lab {
namespace {

/// "archive", or "archive  50% packed the configuration" once it has told of itself.
std::string name_and_news(const Progress& progress) {
  std::string text = harmless(progress.doing);
  if (progress.fraction > 0 || !progress.text.empty()) {
    text += fmt::format(" {:>3}% {}", std::floor(100 * progress.fraction), harmless(progress.text));
  }
  return text;
}

}  // namespace

ProgressTracking::ProgressTracking(modcomm::Bus& bus, Console& console)
    : console_(console),
      subscription_(bus.module("ProgressTracking")
                        .subscribe("Progress", "Progress",
                                   [this](const Progress& progress) { show(progress); })
                        .value()) {}

void ProgressTracking::show(const Progress& progress) {
  if (console_.terminal()) {
    console_.status(progress.doing.empty() ? std::string() : progress_bar(progress));
  } else if (!progress.doing.empty()) {
    console_.line(
        fmt::format("[{:>2}/{}] {}", progress.done + 1, progress.of, name_and_news(progress)));
  }
}

std::string progress_bar(const Progress& progress) {
  constexpr int width = 24;
  constexpr std::size_t longest_text = 40;
  const double done = progress.done + std::clamp(progress.fraction, 0.0, 1.0);
  const double share = std::clamp(done / std::max(progress.of, 1), 0.0, 1.0);
  const auto filled = static_cast<std::size_t>(width * share);
  return fmt::format("[{}{}] {:>2}/{} {}", std::string(filled, '#'),
                     std::string(width - filled, '-'), progress.done, progress.of,
                     cut(name_and_news(progress), longest_text));
}

}  // namespace lab
