// modcomm, one message at a time to a worker that sleeps, or spins.
#include "ours.hpp"
#include "ours_common.hpp"

namespace bench::ours {
namespace {

struct Ticket {
  Stamp sent{};
};

Figure run(const Ping& ping, std::uint64_t count) {
  const auto pinned = Flow::on(ping.receiver_cores);
  Stopwatch stopwatch;
  modcomm::BusOptions options{.workers = 1};
  if (!ping.sleeping) options.spin = std::chrono::seconds(1);
  modcomm::Bus bus(options);
  bus.create_channel("Pings", {.overflow = modcomm::Overflow::block}).value();
  start_workers(bus, "Pings");
  auto on_ping = [&](const Ticket& ticket) { stopwatch.arrived(ticket.sent); };
  const auto held = bus.module("Reader").subscribe("Pings", pattern, on_ping).value();
  const auto to = bus.module("Sensor").publisher("Pings", topic).value();
  return stopwatch.measure(ping, count,
                           [&](Stamp sent) { to.publish(Ticket{sent}, everything_on).value(); });
}

}  // namespace

Contender one_at_a_time(const Ping& ping) {
  return {"modcomm", [ping](std::uint64_t count) { return run(ping, count); }};
}

}  // namespace bench::ours
