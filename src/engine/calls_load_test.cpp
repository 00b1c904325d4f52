// The load of calls, for as many seconds as MODCOMM_LOAD_SECONDS says (3 without it): buses live for
// a while, balance their books whenever they are quiet, and end while calls are under way.
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <random>

#include "support/call_load.hpp"

namespace modcomm {
namespace {

using namespace std::chrono_literals;
using test::Random;
using Time = std::chrono::steady_clock::time_point;

constexpr unsigned load_threads = 8;

/// What one thread does with a whole bus, calls apart.
class Meddler {
 public:
  Meddler(Bus& bus, test::LoadWorld& world, std::uint64_t seed)
      : bus_(bus), world_(world), load_(bus.module("Load")), random_(seed) {}

  void meddle() {
    switch (random_.below(8)) {
      case 0:
        return test::provide(world_, load_, test::one_of(test::loaded_operations, random_),
                             random_);
      case 1:
        return close_something();
      case 2:
        return change_middleware();
      case 3:
        return change_a_breaker();
      case 4:
        return look();
      case 5:
        return cancel_a_call();
      default:
        static_cast<void>(load_.publish("Load", "please call", 2));
    }
  }

 private:
  void close_something() {
    if (random_.below(4) > 0) return;
    if (const auto registration = world_.registry.any(random_)) {
      static_cast<void>(registration->close_and_wait(100us));
    }
  }

  void cancel_a_call() {
    auto& place = world_.started[random_.below(world_.started.size())];
    const RequestId call = *place.lock();
    static_cast<void>(bus_.cancel_call(call));
  }

  void change_middleware() {
    const std::string name = "middleware" + std::to_string(random_.below(4));
    const std::uint64_t what = random_.below(4);
    if (what == 0) return static_cast<void>(bus_.call_middleware().remove(name));
    if (what == 1)
      return static_cast<void>(bus_.call_middleware().enable(name, random_.below(2) == 0));
    EXPECT_TRUE(bus_.call_middleware().replace({.name = name,
                                                .function = any_middleware(world_.books, random_),
                                                .order = static_cast<int>(random_.below(90))}));
  }

  void change_a_breaker() {
    const char* const name = test::one_of(test::loaded_operations, random_).full_name;
    const std::uint64_t what = random_.below(6);
    if (what == 0) return static_cast<void>(bus_.force_breaker(name, random_.below(2) == 0));
    if (what < 4) return static_cast<void>(bus_.release_breaker(name));
    static_cast<void>(bus_.reset_breakers("Load.*"));
  }

  void look() {
    for (const OperationInfo& info : bus_.operations()) {
      EXPECT_LE(info.counts.attempts, info.counts.calls + info.counts.retries) << info.name;
      static_cast<void>(bus_.breaker(info.name));
    }
    for (const CallInfo& call : bus_.calls()) EXPECT_EQ(call.operation.substr(0, 5), "Load.");
    static_cast<void>(bus_.call_middleware().list());
  }

  Bus& bus_;
  test::LoadWorld& world_;
  const Module load_;
  Random random_;
};

/// One bus from its first call until it ended under the last ones.
class Life {
 public:
  explicit Life(std::uint64_t seed) : seed_(seed) {
    const Module load = bus_->module("Load");
    Random random(seed);
    bus_->create_channel("Load", {.overflow = Overflow::drop_oldest}).value();
    for (const auto& operation : test::loaded_operations) provide(world_, load, operation, random);
    load.subscribe("Load", "please call",
                   [this, load](const int& depth, const Message& message) {
                     test::Caller(world_, load, message.id().low).call_somehow(depth);
                   })
        .value()
        .detach();
  }

  void rage_for(std::chrono::milliseconds time) {
    const auto threads = begin_to_rage(std::chrono::steady_clock::now() + time);
  }

  /// All callers have returned, and what they left behind has ended: now all books must agree.
  void check_when_quiet() {
    ASSERT_NO_FATAL_FAILURE(wait_until_quiet());
    test::expect_quiet_and_balanced(*bus_);
    check_books();
  }

  /// Half of the buses are stopped, the others go, while everybody calls.
  void end_in_the_storm() {
    const bool goes = seed_ % 2 == 0;
    const std::uint64_t enough = world_.books.begun + 500;
    {
      const auto threads = goes ? begin_to_call() : begin_to_rage(Time::max());
      while (world_.books.begun < enough) std::this_thread::yield();
      if (goes) {
        bus_.reset();
      } else {
        const Result<void> stopped = bus_->stop(20s);
        EXPECT_TRUE(stopped) << stopped.error().to_string();
      }
      over_ = true;
    }
    EXPECT_TRUE(world_.books.settled());
    check_books();
  }

  const test::CallBooks& books() const { return world_.books; }

 private:
  using Threads = std::vector<std::jthread>;

  std::uint64_t seed_of(unsigned thread) const { return seed_ + 1000 * ++rounds_ + thread; }

  Threads begin_to_rage(Time end) {
    Threads threads;
    for (unsigned thread = 0; thread < load_threads; ++thread) {
      threads.emplace_back([this, end, seed = seed_of(thread), number = thread] {
        Meddler meddler(*bus_, world_, seed);
        test::Caller caller(world_, bus_->module("Caller" + std::to_string(number)), seed);
        while (!over_ && std::chrono::steady_clock::now() < end) {
          if (caller.random().below(20) == 0) meddler.meddle();
          if (caller.random().below(20) == 0) caller.start_and_detach(*bus_, 3);
          caller.call_somehow(3);
        }
      });
    }
    return threads;
  }

  /// By means of modules only, which may outlive their bus.
  Threads begin_to_call() {
    Threads threads;
    for (unsigned thread = 0; thread < load_threads; ++thread) {
      threads.emplace_back([this, seed = seed_of(thread), module = bus_->module("Caller")] {
        test::Caller caller(world_, module, seed);
        while (!over_) caller.call_somehow(3);
      });
    }
    return threads;
  }

  bool is_quiet() const {
    const auto all = world_.registry.all();
    const auto at_rest = [](const auto& one) { return one->info().counts.running == 0; };
    return world_.books.settled() && bus_->calls().empty() && std::ranges::all_of(all, at_rest);
  }

  /// Every call has a deadline of at most 100 ms; the limit is for calls that never end.
  void wait_until_quiet() {
    const auto limit = std::chrono::steady_clock::now() + 60s;
    do {
      const auto flushed = bus_->flush(60s);
      ASSERT_TRUE(flushed) << flushed.error().to_string();
      while (!is_quiet()) {
        ASSERT_LT(std::chrono::steady_clock::now(), limit)
            << bus_->calls().size() << " calls are under way, begun=" << books().begun
            << " told=" << books().told << " left alone=" << books().left_alone;
        std::this_thread::yield();
      }
    } while (bus_->channel("Load")->counts.queued > 0);
  }

  void check_books() const {
    CallCounts sum;
    for (const auto& registration : world_.registry.all()) {
      const CallCounts counts = registration->info().counts;
      EXPECT_EQ(counts.running, 0U);
      EXPECT_LE(counts.refused, counts.failed);
      sum.calls += counts.calls;
      sum.succeeded += counts.succeeded;
      sum.failed += counts.failed;
      sum.attempts += counts.attempts;
    }
    const std::uint64_t reached = books().begun - books().unreached;
    EXPECT_LE(sum.calls, reached);
    EXPECT_GE(sum.calls + books().closed, reached);
    EXPECT_GE(sum.succeeded, books().succeeded);
    EXPECT_GE(sum.failed + books().closed, books().failed);
    EXPECT_EQ(reached, books().succeeded + books().failed + books().left_alone);
    EXPECT_LE(books().entered, sum.attempts + books().second_tries);
    EXPECT_EQ(books().told_twice, 0U);
    EXPECT_EQ(books().never_told, 0U);
    EXPECT_EQ(books().too_many_inside, 0U);
  }

  const std::uint64_t seed_;
  mutable std::uint64_t rounds_ = 0;
  std::atomic<bool> over_ = false;
  test::LoadWorld world_;
  std::unique_ptr<Bus> bus_ = std::make_unique<Bus>(BusOptions{.workers = 2});
};

std::chrono::seconds time_to_load() {
  const char* const text = std::getenv("MODCOMM_LOAD_SECONDS");
  return std::chrono::seconds(text == nullptr || *text == '\0' ? 3 : std::stoi(text));
}

TEST(CallsLoad, every_call_ends_once_and_all_books_agree_whatever_happens_meanwhile) {
  const Time end = std::chrono::steady_clock::now() + time_to_load();
  const std::uint64_t seed = std::random_device{}();
  std::uint64_t lives = 0;
  std::uint64_t calls = 0;
  do {
    SCOPED_TRACE("seed " + std::to_string(seed + lives));
    Life life(seed + lives++);
    for (int round = 0; round < 2 && !HasFailure(); ++round) {
      life.rage_for(300ms);
      life.check_when_quiet();
    }
    life.end_in_the_storm();
    EXPECT_GT(life.books().succeeded, 0U);
    EXPECT_GT(life.books().failed, 0U);
    EXPECT_GT(life.books().entered, 0U);
    calls += life.books().begun;
  } while (std::chrono::steady_clock::now() < end && !HasFailure());
  RecordProperty("calls", std::to_string(calls));
  std::cout << calls << " calls in the lives of " << lives << " buses\n";
}

}  // namespace
}  // namespace modcomm
