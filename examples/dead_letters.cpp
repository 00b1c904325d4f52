// What could not be handled is kept, looked at, and tried again once its handler is mended.
#include <atomic>
#include <iostream>
#include <thread>

#include <modcomm/modcomm.hpp>

using namespace std::chrono_literals;

struct Invoice {
  std::string customer{};
  int amount = 0;
};
BOOST_DESCRIBE_STRUCT(Invoice, (), (customer, amount))

int main() {
  modcomm::Bus bus;
  const modcomm::Module billing = bus.module("Billing");
  std::atomic<bool> broken = true;
  std::atomic<int> sent = 0;

  // [redelivery]
  const auto invoices =
      billing
          .subscribe("Invoices", "*",
                     [&](const Invoice& invoice) {
                       if (broken) throw std::runtime_error("no printer");
                       sent += invoice.amount;
                     },
                     {.redelivery = {.attempts = 3, .backoff = {1ms, 5ms}, .dead_letter = true}})
          .value();
  // [/redelivery]
  billing.publish("Invoices", "Monthly", Invoice{"acme", 40}).value();
  billing.publish("Invoices", "Monthly", Invoice{"initech", 2}).value();
  while (invoices.info().counts.dead_lettered < 2) std::this_thread::yield();

  // [list]
  const modcomm::DeadLetters dead = bus.dead_letters();
  for (const modcomm::DeadLetter& letter : dead.list({.oldest_first = true}).value().letters) {
    std::cout << letter.id << ' ' << letter.name << ' ' << letter.payload << ": "
              << letter.attempts.back().error << " after " << letter.deliveries << " attempts\n";
  }
  // [/list]

  broken = false;
  // [redrive]
  const modcomm::DeadLetterQuery monthly{.name = "Monthly"};
  const auto report = dead.redrive(monthly, {.per_second = 100}).value();
  // [/redrive]
  bus.flush(5s).value();
  std::cout << report.redriven << " redriven, " << sent << " sent\n";
  return sent == 42 && dead.info().value().letters == 0 ? 0 : 1;
}
