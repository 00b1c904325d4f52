// Durable consumers under many threads, on a real disk.
#include <atomic>
#include <filesystem>
#include <map>
#include <optional>
#include <thread>

#include <gtest/gtest.h>
#include <unistd.h>

#include <modcomm/bus.hpp>

namespace modcomm {
namespace {

using namespace std::chrono_literals;

struct ConsumersThreads : ::testing::Test {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("modcomm-consumers-" + std::to_string(getpid()));
  ~ConsumersThreads() override { std::filesystem::remove_all(folder); }

  BusOptions options() const {
    return {.workers = 4, .store = {.folder = folder, .segment_bytes = 65'536}};
  }
  static void emit(const Module& module, int from, int to) {
    for (int number = from; number <= to; ++number) {
      module.emit_async("Step", number, {.keep = Keep::none, .persist = true}).value();
    }
  }
};

/// How often each event was acknowledged.
class Tally {
 public:
  void count(std::uint64_t sequence) {
    const std::lock_guard lock(mutex_);
    ++times_[sequence];
  }
  std::map<std::uint64_t, int> times() {
    const std::lock_guard lock(mutex_);
    return times_;
  }

 private:
  std::mutex mutex_;
  std::map<std::uint64_t, int> times_;
};

TEST_F(ConsumersThreads, each_event_goes_to_one_of_many_members_that_come_and_go) {
  constexpr int all = 1'200;
  Tally tally;
  std::atomic<int> at_once = 0, most_at_once = 0;
  Bus bus(options());
  bus.consumers().create("worker", {.backoff = {}, .max_deliveries = 0}).value();
  const Module lab = bus.module("Lab");
  const auto member = [&] {
    return lab
        .consume("worker",
                 [&](const Event& event) {
                   const int now = ++at_once;
                   int most = most_at_once;
                   while (now > most && !most_at_once.compare_exchange_weak(most, now)) {
                   }
                   tally.count(event.sequence());
                   --at_once;
                   if (event.sequence() % 50 == 0 && tally.times()[event.sequence()] == 1) {
                     throw std::runtime_error("once more");
                   }
                 })
        .value();
  };
  const auto stays = member();
  const auto come_and_go = [&] {
    for (int times = 0; times < 40; ++times) {
      const auto comes_and_goes = member();
      std::this_thread::yield();
    }
  };
  {
    const std::jthread early([&] { emit(lab, 1, all / 2); });
    const std::jthread late([&] { emit(lab, all / 2 + 1, all); });
    const std::jthread one(come_and_go);
    const std::jthread other(come_and_go);
  }
  bus.flush(30s).value();
  bus.consumers().wait_until_done("worker", 30s).value();
  const auto times = tally.times();
  EXPECT_EQ(times.size(), std::size_t{all});
  for (const auto& [sequence, count] : times) EXPECT_EQ(count, sequence % 50 == 0 ? 2 : 1);
  const ConsumerInfo info = bus.consumers().describe("worker").value();
  EXPECT_EQ(info.acknowledged, std::uint64_t{all});
  EXPECT_EQ(info.failed, std::uint64_t{all} / 50);
}

TEST_F(ConsumersThreads, answers_come_from_anywhere_while_the_bus_ends_and_nothing_is_lost) {
  constexpr int all = 400;
  Tally acked;
  for (int life = 0; life < 4; ++life) {
    std::mutex mutex;
    std::vector<std::pair<std::uint64_t, EventDelivery>> hands;
    std::optional<Bus> bus(options());
    static_cast<void>(bus->consumers().create("worker", {.ack_wait = 60s}).value());
    const auto worker = bus->module("Lab")
                            .consume("worker",
                                     [&](const Event& event, EventDelivery delivery) {
                                       const std::lock_guard lock(mutex);
                                       hands.emplace_back(event.sequence(), std::move(delivery));
                                     },
                                     {.ack = Ack::manual})
                            .value();
    std::jthread answers([&](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        std::vector<std::pair<std::uint64_t, EventDelivery>> taken;
        {
          const std::lock_guard lock(mutex);
          taken.swap(hands);
        }
        for (const auto& [sequence, delivery] : taken) {
          if (delivery.ack()) acked.count(sequence);
        }
        std::this_thread::yield();
      }
    });
    emit(bus->module("Lab"), 1, all / 4);
    bus->stop(30s).value();
  }
  Bus bus(options());
  const auto rest =
      bus.module("Lab")
          .consume("worker", [&](const Event& event) { acked.count(event.sequence()); })
          .value();
  bus.consumers().wait_until_done("worker", 30s).value();
  const auto times = acked.times();
  EXPECT_EQ(times.size(), std::size_t{all});
  for (const auto& [sequence, count] : times) EXPECT_EQ(count, 1) << sequence;
  EXPECT_EQ(bus.dead_letters().info()->letters, 0U);
}

TEST_F(ConsumersThreads, handles_die_in_any_order_and_inside_handlers) {
  std::optional<EventDelivery> kept;
  std::optional<Membership> own;
  std::atomic<int> runs = 0;
  {
    Bus bus(options());
    const Module lab = bus.module("Lab");
    bus.consumers().create("worker").value();
    std::mutex mutex;
    {
      const std::lock_guard lock(mutex);
      own = lab.consume("worker",
                        [&](const Event&, EventDelivery delivery) {
                          const std::lock_guard inner(mutex);
                          kept = std::move(delivery);
                          own.reset();  // itself
                          ++runs;
                        })
                .value();
    }
    emit(lab, 1, 3);
    while (runs == 0) std::this_thread::yield();
    const Result<void> removed = [&] {
      auto other =
          lab.consume("worker",
                      [&](const Event&) { static_cast<void>(bus.consumers().remove("worker")); })
              .value();
      while (other.active()) std::this_thread::yield();
      return other.close_and_wait(5s);
    }();
    EXPECT_TRUE(removed);
    EXPECT_EQ(runs, 1);
  }
  EXPECT_FALSE(kept->ack());
}

TEST_F(ConsumersThreads, redelivery_and_dead_letters_keep_the_books_while_subscriptions_close) {
  Bus bus({.workers = 4});
  const Module lab = bus.module("Lab");
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 3; ++thread) {
    threads.emplace_back([&, thread] {
      for (int round = 0; round < 20; ++round) {
        auto heard = lab.subscribe("Steps", "*",
                                   [](const int& number) {
                                     if (number % 3 == 0) throw std::runtime_error("no");
                                   },
                                   {.redelivery = {.attempts = 3,
                                                   .backoff = {std::chrono::microseconds(200)},
                                                   .dead_letter = thread == 0}})
                         .value();
        for (int number = 0; number < 30; ++number) {
          static_cast<void>(lab.publish("Steps", "Step", number));
        }
        if (round % 2 == 0) static_cast<void>(bus.flush(5s));
      }
    });
  }
  threads.clear();
  bus.stop(30s).value();
  const DeliveryCounts all = bus.info().deliveries;
  EXPECT_EQ(all.matched, all.succeeded + all.failed + all.dead_lettered + all.dropped +
                             all.expired + all.cancelled + all.waiting);
  EXPECT_EQ(all.waiting, 0U);
  EXPECT_EQ(all.dead_lettered, bus.dead_letters().info()->made);
}

}  // namespace
}  // namespace modcomm
