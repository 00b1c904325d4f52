// Provides Inventory.Lookup, which asks an outside service for a host.
//
//   const lab::Inventory inventory(bus, {.port = 8080});
//   auto web = caller.call<lab::HostRecord>("Inventory.Lookup", lab::Lookup{.host = "web-1"});
//   modcomm::BreakerInfo breaker = bus.breaker("Inventory.Lookup").value();
//
// The service is somebody else's: it fails, hangs, and comes back. So a call has a short time-out,
// and a breaker keeps calls away from it while it is ill. Looking up twice does no harm, so calls
// that ask for retries get them.
//
// Errors.    not_found / no_host; unavailable / http_503 and the like, link_down;
//            deadline_exceeded / timeout; unavailable / circuit_open, without asking the service.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include <modcomm/bus.hpp>

#include "modules/messages.hpp"

namespace lab {

struct InventoryOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 80;
  std::chrono::nanoseconds timeout = std::chrono::seconds(1);
  modcomm::BreakerOptions breaker{
      .consecutive_failures = 3, .open_for = std::chrono::milliseconds(800), .trial_calls = 1};
};

class Inventory {
 public:
  Inventory(modcomm::Bus& bus, InventoryOptions options);
  Inventory(const Inventory&) = delete;
  Inventory& operator=(const Inventory&) = delete;
  ~Inventory() = default;

 private:
  modcomm::Result<HostRecord> look_up(const Lookup& wanted, modcomm::CallContext& call) const;

  InventoryOptions options_;
  modcomm::Registration operation_;  // last: it goes first, and waits for running calls
};

}  // namespace lab
