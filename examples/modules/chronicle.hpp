// Keeps what modules say to each other: each message becomes an event in the store of the bus.
//
//   const lab::Chronicle chronicle(bus, {{"Lab"}, {"Rollout"}}, "run-7");
//   ...
//   modcomm::read_store(folder, {.correlation_id = "run-7", .limit = 0},
//                       [](const modcomm::Event& event) { std::cout << event.name() << '\n'; });
//
// The event has the name of the message's type, its channel and its payload, the run as its correlation id,
// and in the header `told` when it was said. It knows no type.
//
// Threads.   Listens with mailboxes of its own, and does not wait for the disk.
// Errors.    What cannot be stored is told by the notice StoreFailed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <modcomm/bus.hpp>

#include "modules/logging.hpp"

namespace lab {

class Chronicle {
 public:
  Chronicle(modcomm::Bus& bus, const std::vector<LogSource>& sources, std::string run);
  Chronicle(const Chronicle&) = delete;
  Chronicle& operator=(const Chronicle&) = delete;
  ~Chronicle() = default;

 private:
  void keep(const modcomm::Message& message) const;

  modcomm::Module module_;
  std::string run_;
  std::vector<modcomm::Subscription> subscriptions_;
};

/// When what the event tells was said.
modcomm::WallTime told_at(const modcomm::Event& event);

}  // namespace lab
