// A store on a disk that is really full, and on one that nobody may write to.
#include "support/small_disk.hpp"

#include <atomic>
#include <fstream>
#include <map>

#include <gtest/gtest.h>

#include <modcomm/bus.hpp>

namespace modcomm {
namespace {

using namespace std::chrono_literals;
using test::SmallDisk;

constexpr std::size_t disk_bytes = std::size_t{8} << 20;
constexpr std::size_t ballast_bytes = std::size_t{3} << 20;
constexpr std::size_t event_bytes = 10'000;
constexpr int more_than_fit = 2'000;
constexpr auto forbidden = "this system forbids to mount a disk in a namespace";

/// Leaves the function with what is not as it should be.
#define MUST(condition) \
  if (!(condition)) return std::string("line ") + std::to_string(__LINE__) + ": " #condition

struct SmallStore {
  explicit SmallStore(const SmallDisk& disk) : folder(disk.folder() / "store") {}

  BusOptions options() {
    return {.on_notice =
                [this](const Notice& notice) {
                  refused += notice.name == notice::store_failed ? 1 : 0;
                  recovered += notice.name == notice::store_recovered ? 1 : 0;
                },
            .store = {.folder = folder.string(), .segment_bytes = std::uint64_t{1} << 20}};
  }

  /// What is acknowledged is kept in mind.
  Result<EventReceipt> emit(Bus& bus) {
    std::string data = "event " + std::to_string(++number) + ' ' + std::string(event_bytes, '.');
    const auto receipt = bus.module("Lab").emit("Step", Bytes{data}, {.persist = true});
    if (receipt) acknowledged[receipt->sequence] = std::move(data);
    return receipt;
  }

  /// The error with which the disk is full; none if it never is.
  std::optional<Error> fill(Bus& bus) {
    for (int i = 0; i < more_than_fit; ++i) {
      if (const auto receipt = emit(bus); !receipt) return receipt.error();
    }
    return std::nullopt;
  }

  std::string compare() const {
    std::map<std::uint64_t, std::string> found;
    const auto report = read_store(folder.string(), [&](const Event& event) {
      found[event.sequence()] = event.bytes().value().data;
    });
    MUST(report && report->damage.empty());
    MUST(found == acknowledged);
    return {};
  }

  std::filesystem::path folder;
  int number = 0;
  std::map<std::uint64_t, std::string> acknowledged{};
  std::atomic<int> refused = 0;
  std::atomic<int> recovered = 0;
};

std::string be_full_and_recover(SmallDisk& disk) {
  const auto ballast = disk.folder() / "ballast";
  std::ofstream(ballast) << std::string(ballast_bytes, 'x') << std::flush;
  SmallStore store(disk);
  {
    Bus bus(store.options());
    std::atomic<int> heard = 0;
    const auto watch =
        bus.module("Lab").on_event("InMemory", [&](const Event&) { ++heard; }).value();

    const auto full = store.fill(bus);
    MUST(full.has_value());
    MUST(full->code() == Code::resource_exhausted && full->reason() == reason::storage_full);
    MUST(full->message().find(store.folder.string()) != std::string::npos);
    MUST(store.acknowledged.size() > 100);
    MUST(!store.emit(bus) && !bus.store().failure.empty());
    MUST(bus.module("Lab").emit("InMemory"));
    MUST(bus.flush(5s) && heard == 1);
    MUST(store.refused == 1 && store.recovered == 0);

    std::filesystem::remove(ballast);
    MUST(store.emit(bus));
    MUST(bus.flush(5s) && store.recovered == 1 && bus.store().failure.empty());
    const auto page = bus.history({.stored = true, .name = "Step", .limit = 10'000});
    MUST(page && page->events.size() == store.acknowledged.size());
    MUST(store.fill(bus).has_value());
    MUST(bus.stop(10s));
  }
  {
    Bus bus(store.options());  // it opens on a full disk, too
    MUST(bus.store().last_sequence == store.acknowledged.rbegin()->first);
    MUST(bus.store().damage.empty());
  }
  return store.compare();
}

TEST(SmallDiskTest, a_full_disk_refuses_clearly_memory_goes_on_and_service_returns_with_space) {
  const auto said = test::on_small_disk(disk_bytes, be_full_and_recover);
  if (!said) GTEST_SKIP() << forbidden;
  EXPECT_EQ(*said, "");
}

std::string be_read_only(SmallDisk& disk) {
  SmallStore store(disk);
  {
    Bus bus(store.options());
    for (int i = 0; i < 20; ++i) MUST(store.emit(bus));
  }
  MUST(disk.make_read_only());
  try {
    const Bus bus(store.options());
    return "a bus opened it";
  } catch (const Exception& refused) {
    MUST(refused.error().reason() == reason::input_output);
    MUST(refused.error().message().find(store.folder.string()) != std::string::npos);
    MUST(refused.error().message().find("Read-only") != std::string::npos);
  }
  return store.compare();  // who only reads may
}

TEST(SmallDiskTest, a_read_only_disk_is_refused_by_name_and_can_be_read) {
  const auto said = test::on_small_disk(disk_bytes, be_read_only);
  if (!said) GTEST_SKIP() << forbidden;
  EXPECT_EQ(*said, "");
}

}  // namespace
}  // namespace modcomm
