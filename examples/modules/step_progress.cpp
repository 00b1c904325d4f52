#include "modules/step_progress.hpp"

#include <charconv>
#include <cstddef>
#include <utility>

namespace lab {
namespace {

constexpr std::size_t longest_line = 256;

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::optional<unsigned> number(std::string_view text) {
  unsigned value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "40%" or "2/5".
std::optional<double> fraction_of(std::string_view text) {
  const std::size_t mark = text.find_first_of("%/");
  if (mark == text.npos) return std::nullopt;
  const bool percent = text[mark] == '%';
  const auto done = number(text.substr(0, mark));
  const auto of = percent ? std::optional(100U) : number(text.substr(mark + 1));
  if (percent && mark + 1 != text.size()) return std::nullopt;
  if (!done || !of || *of == 0 || *done > *of) return std::nullopt;
  return static_cast<double>(*done) / *of;
}

}  // namespace

std::optional<StepProgress> parse_progress(std::string_view line) {
  const std::size_t end = line.find(']');
  if (!line.starts_with('[') || end == line.npos) return std::nullopt;
  const auto fraction = fraction_of(trimmed(line.substr(1, end - 1)));
  if (!fraction) return std::nullopt;
  return StepProgress{.fraction = *fraction, .text = std::string(trimmed(line.substr(end + 1)))};
}

ProgressLines::ProgressLines(std::function<void(const StepProgress&)> on_progress)
    : on_progress_(std::move(on_progress)) {}

void ProgressLines::add(std::string_view output) {
  for (const char c : output) {
    if (c == '\n' || c == '\r') {
      end_line();
    } else if (line_.size() < longest_line) {
      line_.push_back(c);
    }
  }
}

void ProgressLines::end_line() {
  if (const auto progress = parse_progress(line_)) on_progress_(*progress);
  line_.clear();
}

}  // namespace lab
