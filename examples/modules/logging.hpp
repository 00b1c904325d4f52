// Writes a structured line for each message it is told to listen to, whatever its type.
//
//   lab::Logging logging(bus, console, {{"Lab", "Step[!S]*"}, {"Configuration"}});
//
// "12:01:07.120 Lab  StepFinished  step=archive attempt=1 took=3ms". Payloads are read in their
// JSON form, so it knows no type; texts of several lines follow below the line.
//
// Threads.   Listens with mailboxes of its own: a slow terminal holds up nobody.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <modcomm/bus.hpp>

#include "modules/console.hpp"

namespace lab {

/// What to listen to.
struct LogSource {
  std::string channel{};
  std::string pattern = "*";
};

/// What is to be written of something that was said.
struct LogEntry {
  modcomm::WallTime time{};
  std::string_view channel{};
  std::string_view type{};
  modcomm::Value payload{};
};
void write_line(Console& console, const LogEntry& entry);

class Logging {
 public:
  Logging(modcomm::Bus& bus, Console& console, const std::vector<LogSource>& sources);

 private:
  Console& console_;
  std::vector<modcomm::Subscription> subscriptions_;
};

/// "step=archive attempt=1", then the texts of several lines, each under a "| ".
std::string as_fields(const modcomm::Value& payload);

}  // namespace lab
