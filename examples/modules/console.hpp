// Where modules write for people: lines, and below them one status that stays.
//
//   lab::Console console(stdout, {.terminal = true, .colours = true});
//   console.status("3/11 archive");
//   console.line(console.paint(lab::Tone::bad, "it broke"));     // above the status
//
// Threads.   Every member may be called from any thread; lines never mix.
// Errors.    A reader that went away is no fault: what nobody reads is dropped.
#pragma once

#include <cstdint>
#include <cstdio>
#include <mutex>
#include <string>
#include <string_view>

namespace lab {

enum class Tone : std::uint8_t { plain, strong, faint, good, warning, bad };

struct ConsoleStyle {
  bool terminal = false;  ///< There is a status; elsewhere it is not shown.
  bool colours = false;
  bool quiet = false;  ///< Nothing is shown at all.
};

class Console {
 public:
  Console(std::FILE* out, ConsoleStyle style) noexcept : out_(out), style_(style) {}
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;
  ~Console() { status({}); }

  bool terminal() const noexcept { return style_.terminal; }
  /// Columns of the terminal; 0 where there is none, or nobody knows.
  std::size_t width() const noexcept;
  void line(std::string_view text);
  /// Takes the place of the status before; empty: takes it away. What the terminal has no room for is cut off.
  void status(std::string_view text);
  std::string paint(Tone tone, std::string_view text) const;

 private:
  std::FILE* out_;
  ConsoleStyle style_;
  std::mutex mutex_;
  std::string status_;  // guarded by mutex_
};

/// The text without what could steer a terminal.
std::string harmless(std::string_view text);
/// At most so many bytes of it, and no part of a character.
std::string_view cut(std::string_view text, std::size_t bytes) noexcept;

}  // namespace lab
