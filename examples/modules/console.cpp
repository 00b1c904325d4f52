#include "modules/console.hpp"

#include <sys/ioctl.h>

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

std::size_t Console::width() const noexcept {
  winsize size{};
  if (!style_.terminal || ::ioctl(::fileno(out_), TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

/// One that reached into a second line could not be taken back.
void Console::status(std::string_view text) {
  if (style_.quiet || !style_.terminal) return;
  if (const std::size_t columns = width(); columns > 0) text = cut(text, columns - 1);
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

std::string_view cut(std::string_view text, std::size_t bytes) noexcept {
  constexpr unsigned follows = 0x80;
  constexpr unsigned mask = 0xc0;
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & mask) == follows) --bytes;
  return text.substr(0, bytes);
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
