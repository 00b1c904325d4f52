// Calls in coroutines: one thread of Asio, and two calls under way at once.
#include <iostream>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <modcomm/asio.hpp>
#include <modcomm/modcomm.hpp>

using namespace std::chrono_literals;
namespace asio = boost::asio;

// [coroutine]
asio::awaitable<int> weigh(modcomm::Module lab, int first, int last) {
  int sum = 0;
  for (int sample = first; sample < last; ++sample) {
    const modcomm::Result<int> weight = co_await modcomm::async_call<int>(
        lab, "Scales.Weigh", sample, {.timeout = 10s}, asio::use_awaitable);
    if (weight) sum += *weight;
  }
  co_return sum;
}
// [/coroutine]

int main() {
  asio::io_context io;
  modcomm::Bus bus;
  const auto registration =
      bus.module("Scales").provide("Weigh", [](const int& sample) { return sample * 10; }).value();
  const auto lab = bus.module("Lab");

  // [spawn]
  auto light = asio::co_spawn(io, weigh(lab, 0, 5), asio::use_future);
  auto heavy = asio::co_spawn(io, weigh(lab, 5, 10), asio::use_future);
  io.run();  // until both are done
  // [/spawn]
  const int sum = light.get() + heavy.get();
  std::cout << "all samples weigh " << sum << '\n';
  return sum == 450 ? 0 : 1;
}
