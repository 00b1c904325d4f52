#include "modules/progress_tracking.hpp"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

namespace lab {

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
        fmt::format("[{:>2}/{}] {}", progress.done + 1, progress.of, harmless(progress.doing)));
  }
}

/// A bar that reached into a second line could not be taken back.
std::string progress_bar(const Progress& progress) {
  constexpr int width = 24;
  constexpr std::size_t longest_name = 40;
  const int of = std::max(progress.of, 1);
  const int filled = width * std::clamp(progress.done, 0, of) / of;
  return fmt::format("[{}{}] {:>2}/{} {}", std::string(static_cast<std::size_t>(filled), '#'),
                     std::string(static_cast<std::size_t>(width - filled), '-'), progress.done,
                     progress.of, harmless(progress.doing).substr(0, longest_name));
}

}  // namespace lab
