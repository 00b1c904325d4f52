// A file of events of any format: whatever it holds, reading ends, and what is accepted comes back the
// same from a file of each format.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "events/history_reader.hpp"

namespace {

using namespace modcomm;
using detail::FileEvent;

void require(bool holds) {
  if (!holds) std::abort();
}

std::vector<FileEvent> read(std::string_view text, bool& accepted) {
  detail::HistoryReader reader(
      [text](std::span<char> room) mutable {
        const std::size_t size = text.copy(room.data(), room.size());
        text.remove_prefix(size);
        return Result<std::size_t>(size);
      },
      {}, {1'000'000});
  std::vector<FileEvent> all;
  FileEvent event;
  while (true) {
    const auto more = reader.next(event);
    accepted = more.has_value();
    if (!more) require(more.error().reason() == reason::damaged_file);
    if (!more || !*more) return all;
    event.sequence = 0;
    all.push_back(event);
  }
}

std::string written(const std::vector<FileEvent>& events, HistoryFormat format) {
  std::string text;
  if (format == HistoryFormat::csv) text = detail::csv_header() + "\r\n";
  for (const FileEvent& event : events) {
    switch (format) {
      case HistoryFormat::json_lines:
        text += detail::json_line(event) + '\n';
        break;
      case HistoryFormat::json_array:
        text += (text.empty() ? '[' : ',') + detail::json_line(event);
        break;
      case HistoryFormat::csv:
        text += detail::csv_line(event) + "\r\n";
        break;
      case HistoryFormat::cloudevents:
        text += (text.empty() ? '[' : ',') + detail::cloudevent(event);
        break;
    }
  }
  return text.starts_with('[') ? text + ']' : text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  bool accepted = false;
  const auto events = read({reinterpret_cast<const char*>(data), size}, accepted);
  if (!accepted) return 0;
  for (const auto format : {HistoryFormat::json_lines, HistoryFormat::json_array,
                            HistoryFormat::csv, HistoryFormat::cloudevents}) {
    const auto again = read(written(events, format), accepted);
    require(accepted && again == events);
  }
  return 0;
}
