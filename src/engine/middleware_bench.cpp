// What middleware around publishing and delivery costs: nothing where there is none.
#include <benchmark/benchmark.h>

#include <modcomm/modcomm.hpp>

namespace {

using modcomm::Bus;
using modcomm::Delivery;

template <class List>
void add_one_that_passes(const List& list, bool enabled = true) {
  list.add({.name = "pass",
            .function = [](auto&, const auto& next) { return next(); },
            .enabled = enabled})
      .value();
}

/// Publishes to one subscriber on this thread.
void publish_inline(benchmark::State& state, Bus& bus) {
  bus.create_channel("Lab", {.delivery = Delivery::inline_}).value();
  const auto heard = bus.module("Reader").subscribe("Lab", "*", [](const int&) {}).value();
  const auto to = bus.module("Sensor").publisher("Lab", "Step").value();
  for (auto _ : state) benchmark::DoNotOptimize(to.publish(1));
}

void without_middleware(benchmark::State& state) {
  Bus bus;
  publish_inline(state, bus);
}
BENCHMARK(without_middleware);

void with_middleware_that_is_off(benchmark::State& state) {
  Bus bus;
  add_one_that_passes(bus.publish_middleware(), false);
  add_one_that_passes(bus.delivery_middleware(), false);
  publish_inline(state, bus);
}
BENCHMARK(with_middleware_that_is_off);

void with_middleware_around_publishing(benchmark::State& state) {
  Bus bus;
  add_one_that_passes(bus.publish_middleware());
  publish_inline(state, bus);
}
BENCHMARK(with_middleware_around_publishing);

void with_middleware_around_delivery(benchmark::State& state) {
  Bus bus;
  add_one_that_passes(bus.delivery_middleware());
  publish_inline(state, bus);
}
BENCHMARK(with_middleware_around_delivery);

}  // namespace
