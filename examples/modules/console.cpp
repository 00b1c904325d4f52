#include "modules/console.hpp"

namespace lab {
namespace {

constexpr std::string_view back_and_erase = "\r\033[K";

std::string_view sequence(Tone tone) {
  switch (tone) {
    case Tone::strong:
      return "\033[1m";
    case Tone::faint:
      return "\033[2m";
    case Tone::good:
      return "\033[32m";
    case Tone::warning:
      return "\033[33m";
    case Tone::bad:
      return "\033[31m";
    case Tone::plain:
      break;
  }
  return {};
}

}  // namespace

void Console::line(std::string_view text) {
  if (style_.quiet) return;
  const std::scoped_lock lock(mutex_);
  std::string all;
  if (!status_.empty()) all.append(back_and_erase);
  all.append(text).append("\n").append(status_);
  std::fwrite(all.data(), 1, all.size(), out_);
  std::fflush(out_);
}

void Console::status(std::string_view text) {
  if (style_.quiet || !style_.terminal) return;
  const std::scoped_lock lock(mutex_);
  if (text == status_) return;
  std::string all(back_and_erase);
  all.append(text);
  status_ = text;
  std::fwrite(all.data(), 1, all.size(), out_);
  std::fflush(out_);
}

std::string Console::paint(Tone tone, std::string_view text) const {
  if (!style_.colours || tone == Tone::plain) return std::string(text);
  return std::string(sequence(tone)).append(text).append("\033[0m");
}

std::string harmless(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    if (control && c != '\n' && c != '\t') c = '?';
  }
  return out;
}

}  // namespace lab
