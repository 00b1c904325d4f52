// A bulkhead keeps a slow operation from taking all workers: two calls run, one more waits for a
// place, and what comes beyond is refused at once, so that its caller can do something else.
#include <atomic>
#include <iostream>
#include <latch>
#include <semaphore>

#include <modcomm/modcomm.hpp>

int main() {
  std::counting_semaphore<> running(0);
  std::latch release(1);
  std::latch two_refused(2);
  std::latch three_done(3);
  std::atomic<int> inside = 0;
  std::atomic<bool> too_many = false;
  modcomm::Bus bus({.workers = 2});

  // [bulkhead]
  const auto provided = bus.module("Reports")
                            .provide("Print",
                                     [&] {
                                       if (++inside > 2) too_many = true;
                                       running.release();
                                       release.wait();
                                       --inside;
                                     },
                                     {.bulkhead = {.max_concurrent = 2, .max_queued = 1}})
                            .value();
  // [/bulkhead]

  // [calls]
  const auto user = bus.module("User");
  const auto ended = [&](const modcomm::Result<void>& printed) {
    if (printed) return three_done.count_down();
    std::cout << printed.error().to_string() << '\n';
    // [reason]
    if (!printed && printed.error().reason() == modcomm::reason::bulkhead) two_refused.count_down();
    // [/reason]
  };
  const auto print = [&] { user.call_then("Reports.Print", modcomm::Payload(), ended).value(); };
  for (int call = 0; call < 2; ++call) print();
  for (int call = 0; call < 2; ++call) running.acquire();
  for (int call = 0; call < 3; ++call) print();
  // [/calls]

  two_refused.wait();  // while the others are still at it
  release.count_down();
  three_done.wait();
  std::cout << "three were printed, two at once, and two were refused\n";
  return too_many ? 1 : 0;
}
