#include "events/history.hpp"

#include <algorithm>
#include <charconv>
#include <map>

namespace modcomm::detail {
namespace {

constexpr std::size_t max_names = 100;  // of those that `info` counts

Error invalid(std::string message) {
  return {Code::invalid_argument, reason::validation, std::move(message)};
}

std::vector<NameCount> most_frequent(const std::map<std::string_view, std::uint64_t>& counts) {
  std::vector<NameCount> names;
  names.reserve(counts.size());
  for (const auto& [name, count] : counts) names.push_back({std::string(name), count});
  std::ranges::stable_sort(names, std::greater(), &NameCount::count);
  if (names.size() > max_names) names.resize(max_names);
  return names;
}

}  // namespace

// ---- what a query means ----

Result<EventMatch> EventMatch::make(const EventQuery& query) {
  auto name = Glob::compile(query.name);
  if (!name) return name.error();
  return EventMatch(query, std::move(*name));
}

bool EventMatch::operator()(const Event& event) const {
  return (!query_.stored || event.sequence() != 0) &&
         (query_.channel.empty() || query_.channel == event.channel()) &&
         (query_.source.empty() || query_.source == event.source()) &&
         (!query_.since || event.time() >= *query_.since) &&
         (!query_.until || event.time() < *query_.until) &&
         (query_.correlation_id.empty() || query_.correlation_id == event.correlation_id()) &&
         name_.matches(event.name());
}

// ---- the line ----

bool History::over_limits(WallTime now) const noexcept {
  if (line_.empty()) return false;
  const bool aged =
      options_.max_age.count() > 0 && line_.front().event.time() < now - options_.max_age;
  return aged || line_.size() > options_.max_events || bytes_ > options_.max_bytes;
}

History::Gone History::forget(WallTime now) {
  Gone forgotten;
  while (over_limits(now)) {
    bytes_ -= line_.front().event.size();
    forgotten.push_back(std::move(line_.front()));
    line_.pop_front();
  }
  forgotten_ += forgotten.size();
  return forgotten;
}

Result<std::uint64_t> start_of_page(const EventQuery& query) {
  if (query.limit == 0) return invalid("limit is 0; a page has at least 1 event");
  std::uint64_t ordinal = 0;
  if (query.cursor.empty()) return ordinal;
  const char* const end = query.cursor.data() + query.cursor.size();
  const auto [stop, failure] = std::from_chars(query.cursor.data(), end, ordinal);
  if (failure != std::errc() || stop != end || ordinal == 0) {
    return invalid("the cursor '" + query.cursor + "' is none; give `next` of the page before");
  }
  return ordinal;
}

Result<EventPage> History::find(const EventQuery& query, WallTime now) {
  const auto match = EventMatch::make(query);
  if (!match) return match.error();
  const auto behind = start_of_page(query);
  if (!behind) return behind.error();
  Gone forgotten;
  const Lock lock(mutex_);
  forgotten = forget(now);
  EventPage page;
  std::uint64_t last = 0;
  const auto take = [&](const Remembered& kept) {
    if (!(*match)(kept.event)) return true;
    if (page.events.size() == query.limit) {
      page.next = std::to_string(last);
      return false;
    }
    page.events.push_back(kept.event);
    last = kept.ordinal;
    return true;
  };
  const auto first = std::ranges::upper_bound(line_, *behind, {}, &Remembered::ordinal);
  if (query.oldest_first) {
    static_cast<void>(std::all_of(first, line_.end(), take));
  } else {
    const auto end = std::ranges::lower_bound(line_, *behind, {}, &Remembered::ordinal);
    const auto newest = std::make_reverse_iterator(*behind == 0 ? line_.end() : end);
    static_cast<void>(std::all_of(newest, line_.rend(), take));
  }
  return page;
}

std::uint64_t History::clear(const EventMatch& match, WallTime now) {
  Gone gone;
  const Lock lock(mutex_);
  gone = forget(now);
  const auto forgotten = gone.size();
  Line left;
  for (Remembered& kept : line_) {
    const bool matches = match(kept.event);
    if (matches) bytes_ -= kept.event.size();
    matches ? gone.push_back(std::move(kept)) : left.push_back(std::move(kept));
  }
  line_.swap(left);
  const std::uint64_t cleared = gone.size() - forgotten;
  cleared_ += cleared;
  return cleared;
}

EventInfo History::info(WallTime now) {
  Gone forgotten;
  const Lock lock(mutex_);
  forgotten = forget(now);
  EventInfo info{
      .kept = line_.size(), .kept_bytes = bytes_, .forgotten = forgotten_, .cleared = cleared_};
  if (line_.empty()) return info;
  info.oldest = line_.front().event.time();
  info.newest = line_.back().event.time();
  std::map<std::string_view, std::uint64_t> counts;
  for (const Remembered& kept : line_) ++counts[kept.event.name()];
  info.names = most_frequent(counts);
  return info;
}

}  // namespace modcomm::detail
