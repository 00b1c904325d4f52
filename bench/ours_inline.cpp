// modcomm, handlers on the publisher's thread.
#include "inline.hpp"
#include "ours.hpp"
#include "ours_common.hpp"

namespace bench::ours {
namespace {

Figure run(unsigned subscribers, std::uint64_t count) {
  std::vector<Sum> sums(subscribers);
  modcomm::Bus bus;
  bus.create_channel("Inline", {.delivery = modcomm::Delivery::inline_}).value();
  const auto reader = bus.module("Reader");
  std::vector<modcomm::Subscription> held;
  for (auto& sum : sums) {
    auto on_reading = [&sum](const Body64& body) { sum.take(body); };
    held.push_back(reader.subscribe("Inline", pattern, on_reading).value());
  }
  const auto to = bus.module("Sensor").publisher("Inline", topic).value();
  return measure_inline(count, sums,
                        [&](const Body64& body) { to.publish(body, everything_on).value(); });
}

}  // namespace

Contender inline_delivery(unsigned subscribers) {
  return {"modcomm", [subscribers](std::uint64_t count) { return run(subscribers, count); }};
}

}  // namespace bench::ours
