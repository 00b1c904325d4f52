#include "modules/logging.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace lab {
namespace {

std::string time_of_day(modcomm::WallTime time) {
  using std::chrono::system_clock;
  const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch());
  const std::time_t seconds =
      system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(time));
  return fmt::format("{:%H:%M:%S}.{:03}", fmt::localtime(seconds), milliseconds.count() % 1000);
}

Tone tone_of(std::string_view type) {
  if (type.ends_with("Failed") || type.ends_with("Refused")) return Tone::bad;
  if (type.ends_with("Missed") || type == "BreakerChanged" || type.ends_with("Unavailable")) {
    return Tone::warning;
  }
  const bool good = type.ends_with("Finished") || type.ends_with("Applied");
  if (good || type.ends_with("Found")) return Tone::good;
  return Tone::plain;
}

std::string shortened(std::string_view text) {
  constexpr std::size_t longest = 1'000;
  const std::string_view start = cut(text, longest);
  if (start.size() == text.size()) return std::string(text);
  return fmt::format("{} ... ({} bytes)", start, text.size());
}

/// A word as it is, anything else as JSON, which quotes what could steer a terminal.
std::string as_word(const modcomm::Value& value) {
  constexpr std::string_view needs_quotes = "\"\\= ";
  const auto* text = value.get_ptr<const std::string*>();
  const auto plain = [&](char c) {
    return c > ' ' && c < 0x7f && needs_quotes.find(c) == needs_quotes.npos;
  };
  if (text == nullptr || text->empty()) return modcomm::to_json(value);
  const std::string word = shortened(*text);
  return std::ranges::all_of(word, plain) ? word : modcomm::to_json(word);
}

/// The last lines of a text, indented; none is longer than a screen has room for.
std::string as_block(std::string_view text) {
  constexpr int most_lines = 12;
  while (text.ends_with('\n')) text.remove_suffix(1);
  std::size_t begin = text.size();
  for (int lines = 0; lines < most_lines && begin != text.npos && begin > 0; ++lines) {
    begin = text.rfind('\n', begin - 1);
  }
  std::string block = begin == text.npos || begin == 0 ? "" : "\n      | ...";
  if (!block.empty()) text.remove_prefix(begin + 1);
  while (true) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    block.append("\n      | ").append(shortened(harmless(text.substr(0, end))));
    if (end == text.size()) return block;
    text.remove_prefix(end + 1);
  }
}

bool is_block(const modcomm::Value& value) {
  const auto* text = value.get_ptr<const std::string*>();
  return text != nullptr && text->find('\n') != std::string::npos;
}

}  // namespace

std::string as_fields(const modcomm::Value& payload) {
  if (!payload.is_object()) return payload.is_null() ? std::string() : as_word(payload);
  std::string line;
  std::string below;
  for (const auto& [key, value] : payload.items()) {
    if (is_block(value)) {
      below.append(as_block(value.get_ref<const std::string&>()));
    } else {
      line.append(line.empty() ? "" : " ").append(key).append("=").append(as_word(value));
    }
  }
  return line.append(below);
}

Logging::Logging(modcomm::Bus& bus, Console& console, const std::vector<LogSource>& sources)
    : console_(console) {
  const modcomm::Module module = bus.module("Logging");
  for (const LogSource& source : sources) {
    subscriptions_.push_back(
        module
            .subscribe(source.channel, source.pattern,
                       [this](const modcomm::Message& message) {
                         write_line(console_, {.time = message.time(),
                                               .channel = message.channel(),
                                               .type = message.type(),
                                               .payload = message.value().value()});
                       },
                       {.priority = modcomm::Priority::low, .concurrent = true})
            .value());
  }
}

void write_line(Console& console, const LogEntry& entry) {
  const Tone tone = tone_of(entry.type);
  console.line(fmt::format("{} {:<13} {} {}", console.paint(Tone::faint, time_of_day(entry.time)),
                           entry.channel, console.paint(tone, fmt::format("{:<14}", entry.type)),
                           as_fields(entry.payload)));
}

}  // namespace lab
