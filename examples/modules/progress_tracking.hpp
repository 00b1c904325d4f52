// Shows how far a lab is, and the step that it is at: a bar on a terminal, plain lines elsewhere.
//
//   lab::ProgressTracking progress(bus, console);
//
// Listens    Progress: Progress.
#pragma once

#include <string>

#include <modcomm/bus.hpp>

#include "modules/console.hpp"
#include "modules/messages.hpp"

namespace lab {

class ProgressTracking {
 public:
  ProgressTracking(modcomm::Bus& bus, Console& console);

 private:
  void show(const Progress& progress);

  Console& console_;
  modcomm::Subscription subscription_;
};

/// "[######------------------]  2/8 archive  25% site/conf"
std::string progress_bar(const Progress& progress);

}  // namespace lab
