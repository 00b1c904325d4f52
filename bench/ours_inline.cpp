// modcomm, handlers on the publisher's thread.
#include "inline.hpp"
#include "ours.hpp"
#include "ours_common.hpp"

namespace bench::ours {
namespace {

template <class List>
void add_middleware(const List& list, bool enabled) {
  const auto pass = [](auto&, const auto& next) { return next(); };
  list.add({.name = "pass", .function = pass, .enabled = enabled}).value();
}

void surround(modcomm::Bus& bus, Around around) {
  const bool off = around == Around::switched_off;
  if (off || around == Around::publishing) add_middleware(bus.publish_middleware(), !off);
  if (off || around == Around::delivery) add_middleware(bus.delivery_middleware(), !off);
}

const char* name_of(Around around) {
  switch (around) {
    case Around::nothing:
      return "modcomm";
    case Around::switched_off:
      return "modcomm, both switched off";
    case Around::publishing:
      return "modcomm, one around publishing";
    case Around::delivery:
      return "modcomm, one around delivery";
  }
  return "";
}

Figure run(unsigned subscribers, Around around, const modcomm::PublishOptions& how,
           std::uint64_t count) {
  std::vector<Sum> sums(subscribers);
  modcomm::Bus bus;
  surround(bus, around);
  bus.create_channel("Inline", {.delivery = modcomm::Delivery::inline_}).value();
  const auto reader = bus.module("Reader");
  std::vector<modcomm::Subscription> held;
  for (auto& sum : sums) {
    auto on_reading = [&sum](const Body64& body) { sum.take(body); };
    held.push_back(reader.subscribe("Inline", pattern, on_reading).value());
  }
  const auto to = bus.module("Sensor").publisher("Inline", topic).value();
  return measure_inline(count, sums, [&](const Body64& body) { to.publish(body, how).value(); });
}

}  // namespace

Contender inline_delivery(unsigned subscribers, Around around) {
  constexpr modcomm::PublishOptions how{.priority = modcomm::Priority::high};
  return {name_of(around),
          [=](std::uint64_t count) { return run(subscribers, around, how, count); }};
}

Contender inline_delivery_in_time(unsigned subscribers) {
  return {"modcomm, with a time to live", [=](std::uint64_t count) {
            return run(subscribers, Around::nothing, everything_on, count);
          }};
}

}  // namespace bench::ours
