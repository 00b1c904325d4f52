// What a message costs: no allocation in the steady state, little memory while it waits, and nothing
// at all while the bus has nothing to do.
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <new>
#include <thread>

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <modcomm/testing.hpp>

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

namespace {

std::atomic<std::int64_t> allocations = 0;
std::atomic<std::int64_t> bytes_held = 0;

// The size stands before the block, for the release to find.
constexpr std::size_t size_prefix = alignof(std::max_align_t);

void* allocate(std::size_t size, std::size_t prefix = size_prefix) {
  void* start = std::aligned_alloc(prefix, prefix + (size + prefix - 1) / prefix * prefix);
  if (start == nullptr) throw std::bad_alloc();
  char* const memory = static_cast<char*>(start) + prefix;
  *reinterpret_cast<std::size_t*>(memory - sizeof(std::size_t)) = size;
  ++allocations;
  bytes_held += static_cast<std::int64_t>(size);
  return memory;
}

void release(void* memory, std::size_t prefix = size_prefix) noexcept {
  if (memory == nullptr) return;
  char* const start = static_cast<char*>(memory);
  bytes_held -=
      static_cast<std::int64_t>(*reinterpret_cast<std::size_t*>(start - sizeof(std::size_t)));
  std::free(start - prefix);
}

std::size_t prefix_of(std::align_val_t alignment) {
  return std::max(size_prefix, static_cast<std::size_t>(alignment));
}

}  // namespace

void* operator new(std::size_t size) { return allocate(size); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate(size, prefix_of(alignment));
}
void operator delete(void* memory) noexcept { release(memory); }
void operator delete(void* memory, std::size_t) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t alignment) noexcept {
  release(memory, prefix_of(alignment));
}
void operator delete(void* memory, std::size_t, std::align_val_t alignment) noexcept {
  release(memory, prefix_of(alignment));
}

namespace modcomm {
namespace {

using namespace std::chrono_literals;

template <std::size_t size>
struct Sized {
  std::array<char, size> bytes{};
};

/// Allocations while `messages` go through a bus that is warm.
template <class T>
std::int64_t allocations_of(int messages) {
  TestBus bus;
  std::int64_t heard = 0;
  const Module module = bus.module("m");
  const auto subscription = module.subscribe("Lab", "Type*", [&](const T&) { ++heard; });
  const Publisher publisher = module.publisher("Lab", "TypeA").value();
  const auto send = [&](int count) {
    for (int i = 0; i < count; ++i) {
      publisher.publish(T{}, {.priority = static_cast<Priority>(i % 4), .ttl = 1h}).value();
      module.publish("Lab", "TypeB", T{}).value();
      if (i % 100 == 99) bus.run();
    }
    bus.run();
  };
  send(1'000);
  const std::int64_t before = allocations;
  send(messages);
  EXPECT_EQ(heard, 2 * (1'000 + messages));
  return allocations - before;
}

TEST(Cost, the_steady_state_allocates_nothing) {
  EXPECT_EQ(allocations_of<Sized<64>>(5'000), 0);
  EXPECT_EQ(allocations_of<Sized<1'024>>(5'000), 0);
}

TEST(Cost, nor_does_it_between_threads) {
  Bus bus({.workers = 2});
  bus.create_channel("Lab", {.capacity = 256, .overflow = Overflow::block}).value();
  const auto subscription = bus.module("m").subscribe("Lab", "*", [](const Sized<64>&) {});
  const Publisher publisher = bus.module("m").publisher("Lab", "t").value();
  const auto send = [&](int count) {
    for (int i = 0; i < count; ++i) publisher.publish(Sized<64>{}).value();
    bus.flush(20s).value();
  };
  send(50'000);
  const std::int64_t before = allocations;
  send(50'000);
  EXPECT_LT(allocations - before, 500) << "at most one in a hundred: a chain of spare records";
}

template <std::size_t size>
double bytes_beside_the_payload() {
  constexpr int messages = 10'000;
  TestBus bus;
  bus->create_channel("Lab").value();
  bus->stop_processor();
  const Publisher publisher = bus.module("m").publisher("Lab", "t").value();
  publisher.publish(Sized<size>{}).value();
  const std::int64_t before = bytes_held;
  for (int i = 1; i < messages; ++i) publisher.publish(Sized<size>{}).value();
  return static_cast<double>(bytes_held - before) / (messages - 1) - double{size};
}

TEST(Cost, a_queued_message_takes_at_most_192_bytes_beside_its_payload) {
  EXPECT_GE(bytes_beside_the_payload<65>(), 64) << "the records were not counted";
  EXPECT_LE(bytes_beside_the_payload<65>(), 192);
  EXPECT_LE(bytes_beside_the_payload<81>(), 192);
  EXPECT_LE(bytes_beside_the_payload<145>(), 192);
  EXPECT_LE(bytes_beside_the_payload<129>(), 192);
  EXPECT_LE(bytes_beside_the_payload<1'024>(), 192);
  EXPECT_LE(bytes_beside_the_payload<5'000>(), 192);
}

std::int64_t voluntary_switches() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_nvcsw;
}

TEST(Cost, an_idle_bus_sleeps) {
  Bus bus;
  const auto subscription = bus.module("m").subscribe("Lab", "*", [](const Message&) {});
  for (int i = 0; i < 100; ++i) bus.module("m").publish("Lab", "t", i, {.ttl = 1h}).value();
  bus.flush(20s).value();
  std::this_thread::sleep_for(200ms);  // workers end their spin
  const std::int64_t before = voluntary_switches();
  std::this_thread::sleep_for(5s);
  EXPECT_LE(voluntary_switches() - before, 1) << "the one of this thread, which slept";
}

}  // namespace
}  // namespace modcomm

#endif
