#include "event_choice.hpp"

#include <chrono>

#include <modcomm/time_text.hpp>

namespace modcomm::program {
namespace {

/// "2026-01-31T08:00:00Z", or "2h": that long ago.
Result<std::optional<WallTime>> time_of(const std::string& option, const std::string& text) {
  if (text.empty()) return std::optional<WallTime>();
  if (const auto ago = parse_duration(text)) {
    const auto now = std::chrono::system_clock::now();
    return std::optional<WallTime>(std::chrono::time_point_cast<WallTime::duration>(now) - *ago);
  }
  const auto time = parse_time(text);
  if (time) return std::optional<WallTime>(*time);
  return time.error().with_context(option + ", a time or how long ago (2h)");
}

}  // namespace

void add_choice(CLI::App& app, EventChoice& choice) {
  app.add_option("--store", choice.store, "The folder of the store")
      ->required()
      ->type_name("FOLDER");
  app.add_option("--name", choice.name, "Only events whose name this glob names (default: *)")
      ->type_name("GLOB");
  app.add_option("--channel", choice.channel, "Only of this channel")->type_name("NAME");
  app.add_option("--source", choice.source, "Only of this module")->type_name("NAME");
  app.add_option("--since", choice.since,
                 "Only emitted then or later: a time, or how long ago (2h)")
      ->type_name("TIME");
  app.add_option("--until", choice.until, "Only emitted before that")->type_name("TIME");
  app.add_option("--correlation", choice.correlation_id, "Only with this correlation id")
      ->type_name("ID");
}

void add_last(CLI::App& app, EventChoice& choice, const std::string& help) {
  app.add_option("--last", choice.last, help)->type_name("N");
}

Result<EventQuery> query_of(const EventChoice& choice) {
  const auto since = time_of("--since", choice.since);
  if (!since) return since.error();
  const auto until = time_of("--until", choice.until);
  if (!until) return until.error();
  return EventQuery{.stored = true,
                    .name = choice.name,
                    .channel = choice.channel,
                    .source = choice.source,
                    .since = since.value(),
                    .until = until.value(),
                    .correlation_id = choice.correlation_id,
                    .limit = choice.last,
                    .oldest_first = true};
}

}  // namespace modcomm::program
