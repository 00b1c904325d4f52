#include "modules/chronicle.hpp"

#include <utility>

#include <modcomm/time_text.hpp>

namespace lab {
namespace {

constexpr std::string_view told = "told";

}  // namespace

Chronicle::Chronicle(modcomm::Bus& bus, const std::vector<LogSource>& sources, std::string run)
    : module_(bus.module("Chronicle")), run_(std::move(run)) {
  for (const LogSource& source : sources) {
    subscriptions_.push_back(
        module_
            .subscribe(source.channel, source.pattern,
                       [this](const modcomm::Message& message) { keep(message); },
                       {.priority = modcomm::Priority::low, .concurrent = true})
            .value());
  }
}

void Chronicle::keep(const modcomm::Message& message) const {
  const std::string time = modcomm::format_time(message.time());
  const modcomm::Header header{.name = told, .value = time};
  module_
      .emit_async(message.type(), message.value().value(),
                  {.channel = message.channel(),
                   .headers = {&header, 1},
                   .correlation_id = run_,
                   .persist = true})
      .value();
}

modcomm::WallTime told_at(const modcomm::Event& event) {
  const auto time = modcomm::parse_time(event.header(told));
  return time ? *time : event.time();
}

}  // namespace lab
