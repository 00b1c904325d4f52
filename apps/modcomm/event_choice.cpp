#include "event_choice.hpp"

#include "store_verb.hpp"

namespace modcomm::program {

void add_choice(CLI::App& app, EventChoice& choice) {
  add_store(app, choice.store);
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
  app.add_option("--last", choice.last, help)->type_name("N")->check(whole_number());
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
