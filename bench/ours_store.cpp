// modcomm, events on the disk.
#include "ours_store.hpp"

#include <algorithm>
#include <array>
#include <future>
#include <optional>
#include <semaphore>

#include "ours_common.hpp"

namespace bench::ours {
namespace {

constexpr modcomm::EmitOptions stored{.persist = true};
constexpr std::size_t max_in_flight = 100'000;

modcomm::Bus bus_on(const DiskFolder& folder) {
  return modcomm::Bus({.store = {.folder = folder.path().string()}});
}

/// How many events may be under way.
class Window {
 public:
  explicit Window(std::size_t size) : size_(size), free_(static_cast<std::ptrdiff_t>(size)) {}
  void enter() { free_.acquire(); }
  void leave(const modcomm::Result<modcomm::EventReceipt>& receipt) {
    if (!receipt || receipt->durability < modcomm::Durability::fsynced) give_up("an event is lost");
    free_.release();
  }
  void wait_until_empty() {
    for (std::size_t i = 0; i < size_; ++i) free_.acquire();
  }

 private:
  const std::size_t size_;
  std::counting_semaphore<max_in_flight> free_;
};

/// Emits `count` events, at most so many of them unacknowledged at a time. Where deliveries lag behind, the
/// bus refuses more for a while.
template <class Name>
Figure emit_all(modcomm::Bus& bus, std::size_t in_flight, std::uint64_t count, Name name) {
  const auto lab = bus.module("Lab");
  Window window(in_flight);
  const auto emit = [&](std::uint64_t number) {
    window.enter();
    const modcomm::Bytes data{.data = stored_data(number)};
    const auto done = [&](const auto& receipt) { window.leave(receipt); };
    while (!lab.emit_async(name(number), data, stored, done)) std::this_thread::yield();
  };
  return measure_appends(count, emit, [&] { window.wait_until_empty(); });
}

Figure run_many(std::size_t in_flight, std::uint64_t count) {
  const DiskFolder folder("modcomm");
  auto bus = bus_on(folder);
  return emit_all(bus, in_flight, count, [](std::uint64_t) { return topic; });
}

Figure run_one_at_a_time(std::uint64_t count) {
  const DiskFolder folder("modcomm");
  auto bus = bus_on(folder);
  const auto lab = bus.module("Lab");
  lab.emit(topic, modcomm::Bytes{stored_data(0)}, stored).value();  // the first segment is there
  return measure_one_at_a_time(count, [&](std::uint64_t n) {
    lab.emit(topic, modcomm::Bytes{stored_data(n)}, stored).value();
  });
}

// ---- beside publishing ----

constexpr std::uint64_t block = 1'000;

double nanoseconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin).count();
}

/// Nanoseconds of one of a block of them.
template <class Send>
double time_block(Send send) {
  const auto begin = std::chrono::steady_clock::now();
  for (std::uint64_t number = 0; number < block; ++number) {
    send(Body64{.number = number, .more = {}});
  }
  return nanoseconds_since(begin) / static_cast<double>(block);
}

double median(std::vector<double>& figures) { return spread_of(figures).median; }

/// The handlers run between the blocks, and on another core: what is measured is the publisher.
Figure run_beyond_publish(std::uint64_t count) {
  const std::uint64_t blocks = std::max<std::uint64_t>(count / block / 2, 3);
  const OnCores worker({1});
  modcomm::Bus bus({.workers = 1});
  bus.create_channel("Readings").value();
  start_workers(bus, "Readings");
  const OnCores publisher({0});
  std::uint64_t heard = 0;
  const auto reader = bus.module("Reader");
  const auto on_body = [&heard](const Body64&) { ++heard; };
  const auto messages = reader.subscribe("Readings", pattern, on_body).value();
  const auto events = reader.on_event(pattern, on_body).value();
  const auto sensor = bus.module("Sensor");
  std::vector<double> published;
  std::vector<double> emitted;
  const auto pause = [&] { bus.stop_processor(std::chrono::seconds(5)); };
  const auto go_on = [&] {
    bus.start_processor();
    bus.flush(std::chrono::seconds(5)).value();
  };
  for (std::uint64_t i = 0; i < blocks; ++i) {
    pause();
    published.push_back(
        time_block([&](const Body64& body) { sensor.publish("Readings", topic, body).value(); }));
    go_on();
    pause();
    emitted.push_back(time_block([&](const Body64& body) {
      sensor.emit(topic, body, {.keep = modcomm::Keep::none}).value();
    }));
    go_on();
  }
  if (heard != 2 * blocks * block) give_up("a handler missed events");
  return {.value = median(emitted) - median(published)};
}

}  // namespace

Contender emit_stored(std::size_t in_flight) {
  return {.name = "modcomm",
          .run = [in_flight](std::uint64_t count) { return run_many(in_flight, count); }};
}

Contender emit_stored_and_wait() { return {.name = "modcomm", .run = run_one_at_a_time}; }

Contender emit_beyond_publish() { return {.name = "modcomm", .run = run_beyond_publish}; }

// ---- a million ----

class Million {
 public:
  static constexpr std::uint64_t events = 1'000'000;
  static constexpr std::array names{"LabStarted", "LabCompleted", "VMCreated", "PatchApplied"};

  /// Fills it, if nobody did.
  void make() {
    if (folder_) return;
    folder_.emplace("million");
    auto bus = open();
    emit_all(bus, 1'000, events, [](std::uint64_t n) { return names.at(n % names.size()); });
    bus.stop(std::chrono::minutes(1)).value();
  }
  modcomm::Bus open() const { return bus_on(*folder_); }

 private:
  std::optional<DiskFolder> folder_{};
};

std::shared_ptr<Million> million() { return std::make_shared<Million>(); }

namespace {

Figure run_find(const Million& store, std::uint64_t count) {
  auto bus = store.open();
  const auto find = [&] {
    const auto page = bus.history({.stored = true, .name = "Lab*", .limit = 100}).value();
    if (page.events.size() != 100) give_up("the store does not find its events");
  };
  return measure_one_at_a_time(count, [&](std::uint64_t) { find(); });
}

Figure run_replay(const Million& store, std::uint64_t count) {
  auto bus = store.open();
  const std::uint64_t wanted = std::min(std::max<std::uint64_t>(count, 1), Million::events);
  std::promise<void> all;
  std::uint64_t heard = 0;
  std::uint64_t last = 0;
  const auto begin = std::chrono::steady_clock::now();
  const auto watch =
      bus.module("Reader")
          .on_event("*",
                    [&](const modcomm::Event& event) {
                      if (event.sequence() == 0) return;  // the bus told something
                      if (last != 0 && event.sequence() != last + 1) give_up("a replay has a gap");
                      last = event.sequence();
                      if (++heard == wanted) all.set_value();
                    },
                    {.replay = modcomm::Replay::sequence(Million::events + 1 - wanted)})
          .value();
  if (all.get_future().wait_for(std::chrono::minutes(1)) != std::future_status::ready) {
    give_up("a replay does not end");
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  return {.value = static_cast<double>(wanted) / took.count()};
}

Figure run_open(const Million& store, std::uint64_t count) {
  std::vector<double> took;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    auto bus = store.open();
    took.push_back(nanoseconds_since(begin));
    if (bus.store().last_sequence != Million::events) give_up("the store lost events");
  }
  return {.value = median(took)};
}

Contender of_million(std::shared_ptr<Million> store,
                     Figure (*run)(const Million& store, std::uint64_t count)) {
  return {.name = "modcomm",
          .run = [store, run](std::uint64_t count) { return run(*store, count); },
          .prepare = [store] { store->make(); }};
}

}  // namespace

Contender find_last_100(std::shared_ptr<Million> store) {
  return of_million(std::move(store), run_find);
}
Contender replay_all(std::shared_ptr<Million> store) {
  return of_million(std::move(store), run_replay);
}
Contender open_clean(std::shared_ptr<Million> store) {
  return of_million(std::move(store), run_open);
}

}  // namespace bench::ours
