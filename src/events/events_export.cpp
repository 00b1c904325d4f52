// The history of a bus, handed to a writer.
#include <algorithm>

#include "bus/dispatch.hpp"
#include "events/events.hpp"
#include "events/history_writer.hpp"

namespace modcomm::detail {
namespace {

constexpr std::uint64_t max_page = 100;  // of which memory holds one

/// Where it stands: its cursor, as a number.
std::uint64_t place_of(const Event& event, bool stored) {
  return stored ? event.sequence() : Dispatch::record_of(EventAccess::message(event)).ordinal;
}

}  // namespace

/// From where to where an export goes.
struct Events::Places {
  std::uint64_t first = 1;
  std::uint64_t last = 0;
  std::uint64_t count = 0;  // 0: not known
};

/// Goes back from the newest one.
Result<Events::Places> Events::places(EventQuery query, std::uint64_t last) {
  Places places;
  query.oldest_first = false;
  std::uint64_t left = std::max<std::uint64_t>(last, 1);
  do {
    query.limit = std::min(left, max_page);
    const auto page = find(query);
    if (!page) return page.error();
    if (page->events.empty()) break;
    if (places.last == 0) places.last = place_of(page->events.front(), query.stored);
    if (last == 0) break;
    places.first = place_of(page->events.back(), query.stored);
    places.count += page->events.size();
    left -= page->events.size();
    query.cursor = page->next;
  } while (left > 0 && !query.cursor.empty());
  return places;
}

Result<> Events::give_history(HistoryWriter& writer, const ExportOptions& options) {
  EventQuery query = options.query;
  query.cursor.clear();
  const auto wanted = places(query, options.last);
  if (!wanted) return wanted.error();
  writer.expect(wanted->count);
  query.oldest_first = true;
  query.limit = max_page;
  if (wanted->first > 1) query.cursor = std::to_string(wanted->first - 1);
  do {
    const auto page = find(query);
    if (!page) return page.error();
    for (const Event& event : page->events) {
      if (place_of(event, query.stored) > wanted->last) return {};
      if (auto written = writer.write(event); !written) return written;
    }
    query.cursor = page->next;
  } while (!query.cursor.empty());
  return {};
}

}  // namespace modcomm::detail
