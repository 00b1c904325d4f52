// Buses that follow one another on a simulated disk, without threads.
#pragma once

#include <gtest/gtest.h>

#include <modcomm/bus.hpp>
#include <modcomm/simulation.hpp>

#include "engine/engine.hpp"
#include "support/simulated_disk.hpp"

namespace modcomm::test {

using Names = std::vector<std::string>;

struct Machine {
  std::string name{};
  int cores = 0;
};
BOOST_DESCRIBE_STRUCT(Machine, (), (name, cores))

struct StoreWorld : ::testing::Test {
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  std::shared_ptr<SimulatedDisk> disk = std::make_shared<SimulatedDisk>(11);
  /// What is committed survives everything.
  std::shared_ptr<store::StateDatabase> state = store::StateDatabase::open(":memory:", {}).value();
  std::shared_ptr<SeededExecutor> executor;
  std::unique_ptr<Bus> bus;
  BusOptions options{};
  std::vector<std::string> notices;
  Names heard;

  StoreWorld() {
    options.clock = clock;
    options.store.segment_bytes = 8'192;
    options.on_notice = [this](const Notice& notice) {
      if (notice.name.starts_with("Store")) notices.emplace_back(notice.name);
    };
    begin();
  }
  ~StoreWorld() override {
    if (bus) static_cast<void>(bus->stop(std::chrono::seconds(5)));
    bus.reset();
    executor->stop(never);
  }

  void begin() {
    executor = std::make_shared<SeededExecutor>(clock, 7);
    options.executor = executor;
    bus = detail::BusOnFiles::make(options, disk, state);
  }
  /// The bus ends as it should.
  void begin_again() {
    bus->stop(std::chrono::seconds(5)).value();
    bus.reset();
    begin();
  }
  Module lab() { return bus->module("LabRunner"); }
  Result<EventReceipt> emit(std::string_view name, EmitOptions how = {.persist = true}) {
    return lab().emit(name, Machine{"web", 4}, how);
  }
  auto note() {
    return [this](const Event& event) {
      if (event.source() != "modcomm") heard.emplace_back(event.name());
    };
  }
  Names replay(const Replay& from) {
    heard.clear();
    const auto watch = lab().on_event("[!S]*", note(), {.replay = from}).value();
    executor->run_until_idle();
    return std::exchange(heard, {});
  }
  Names history() {
    Names names;
    const auto page =
        bus->history({.source = "LabRunner", .limit = 10'000, .oldest_first = true}).value();
    for (const Event& event : page.events) {
      names.emplace_back(event.name());
    }
    return names;
  }
};

}  // namespace modcomm::test
