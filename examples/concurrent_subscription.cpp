// A slow handler holds up its channel, unless its subscription is concurrent: then it has a mailbox
// of its own, and what overflows there is counted as its loss alone.
#include <future>
#include <iostream>

#include <modcomm/modcomm.hpp>

int main() {
  using namespace std::chrono_literals;
  modcomm::Bus bus;
  const modcomm::Module lab = bus.module("LabRunner");

  std::promise<void> fast_is_done;
  int fast = 0;
  const auto quick = bus.module("Screen")
                         .subscribe("Steps", "*",
                                    [&](const int&) {
                                      if (++fast == 10) fast_is_done.set_value();
                                    })
                         .value();

  // It waits for the other one to see all ten: without `concurrent` it would wait for itself.
  int slow = 0;
  const auto archive = bus.module("Archive")
                           .subscribe("Steps", "*",
                                      [&, done = fast_is_done.get_future().share()](const int&) {
                                        done.wait();
                                        ++slow;
                                      },
                                      {.priority = modcomm::Priority::critical,
                                       .concurrent = true,
                                       .capacity = 4,
                                       .overflow = modcomm::Overflow::drop_oldest})
                           .value();

  for (int step = 1; step <= 10; ++step) lab.publish("Steps", "StepDone", step).value();
  bus.flush(10s).value();

  const modcomm::DeliveryCounts counts = archive.info().counts;
  std::cout << "the screen saw " << fast << " steps\n"
            << "the archive matched " << counts.matched << ", kept " << counts.succeeded
            << " and dropped " << counts.dropped << '\n';
  const bool nothing_vanished = counts.matched == counts.succeeded + counts.dropped;
  return fast == 10 && slow > 0 && nothing_vanished ? 0 : 1;
}
