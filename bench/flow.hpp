// flow.hpp -- what every queued contender has in common: bodies, producers, receivers that count.
//
// A run is honest when each receiver looked into each message: a Tally adds up one field of every
// body, and a sum or a count that is not as expected fails the run.
#pragma once

#include <algorithm>
#include <array>
#include <barrier>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "kit/contender.hpp"
#include "kit/machine.hpp"

namespace bench {

template <std::size_t Size>
struct Body {
  std::uint64_t number{};
  std::array<std::uint64_t, Size / sizeof(std::uint64_t) - 1> more{};
};
using Body64 = Body<64>;
using Body1024 = Body<1024>;
static_assert(sizeof(Body64) == 64 && sizeof(Body1024) == 1024);

/// The topic, or type, of every message. Short enough to fit any string without allocation.
inline constexpr const char* topic = "Temperature";

struct Load {
  unsigned producers = 1;
  unsigned channels = 1;                   ///< Producer p sends into channel p % channels.
  unsigned receivers = 1;                  ///< Of each channel; every one gets every message.
  std::size_t bytes = 64;                  ///< 64 or 1024.
  std::vector<unsigned> producer_cores{};  ///< Empty: any core.
  std::vector<unsigned> receiver_cores{};
};

/// Backlog that bounded contenders allow.
inline constexpr std::size_t backlog = 10'000;

[[noreturn]] inline void give_up(const char* why) {
  std::fprintf(stderr, "\nmodcomm_bench: %s\n", why);
  std::_Exit(1);
}

/// What one receiver saw. One thread at a time takes; any thread may wait.
class Tally {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Tally(std::uint64_t expected) : expected_(expected) {}

  /// True when this was the last one.
  template <class B>
  bool take(const B& body) {
    sum_ += body.number + body.more.back();
    if (++count_ != expected_) return false;
    done_.set_value(Clock::now());
    return true;
  }

  /// When the last message came. Ends the program if they did not all come, or came changed:
  /// threads that wait for a lost message cannot be joined.
  Clock::time_point wait(std::uint64_t expected_sum) {
    auto done = done_.get_future();
    if (done.wait_for(std::chrono::seconds(60)) != std::future_status::ready) {
      give_up("messages were lost: they did not all come within a minute");
    }
    if (sum_ != expected_sum) give_up("messages were damaged: the sum is wrong");
    return done.get();
  }

 private:
  std::uint64_t expected_;
  std::uint64_t count_{};
  std::uint64_t sum_{};
  std::promise<Clock::time_point> done_{};
};

/// How `messages` divide among producers and channels, and the tallies to match.
class Flow {
 public:
  Flow(const Load& load, std::uint64_t messages) : load_(load), each_(messages / load.producers) {
    for (unsigned channel = 0; channel < load.channels; ++channel) {
      for (unsigned receiver = 0; receiver < load.receivers; ++receiver) {
        tallies_.emplace_back(each_ * (load.producers / load.channels));
      }
    }
  }

  Tally& tally(unsigned channel, unsigned receiver = 0) {
    return tallies_[channel * load_.receivers + receiver];
  }

  /// Starts the producers together and answers deliveries a second, to the last one received.
  /// `make_sender(producer)` runs on the producer's thread and gives a callable for bodies.
  template <class B, class MakeSender>
  Figure measure(MakeSender make_sender) {
    Tally::Clock::time_point begin;
    const auto start = [&begin]() noexcept { begin = Tally::Clock::now(); };
    std::barrier ready(static_cast<std::ptrdiff_t>(load_.producers) + 1, start);
    std::vector<std::jthread> producers;
    for (unsigned producer = 0; producer < load_.producers; ++producer) {
      producers.emplace_back([&, producer] {
        const auto pinned = on(load_.producer_cores);
        auto send = make_sender(producer);
        ready.arrive_and_wait();
        for (std::uint64_t number = 0; number < each_; ++number) {
          send(B{.number = number, .more = {}});
        }
      });
    }
    ready.arrive_and_wait();
    auto end = begin;
    for (auto& tally : tallies_) end = std::max(end, tally.wait(sum_per_channel()));
    const std::chrono::duration<double> took = end - begin;
    const auto deliveries = each_ * load_.producers * load_.receivers;
    return {.value = static_cast<double>(deliveries) / took.count()};
  }

  static std::unique_ptr<OnCores> on(const std::vector<unsigned>& cores) {
    return cores.empty() ? nullptr : std::make_unique<OnCores>(cores);
  }

 private:
  std::uint64_t sum_per_channel() const {
    return each_ * (each_ - 1) / 2 * (load_.producers / load_.channels);
  }

  Load load_;
  std::uint64_t each_;
  std::deque<Tally> tallies_{};
};

/// A contender whose `run` is a generic callable (load, messages, body): the size picks the body.
template <class Run>
Contender flow_contender(std::string name, const Load& load, Run run) {
  return {std::move(name), [load, run](std::uint64_t messages) {
            return load.bytes == sizeof(Body64) ? run(load, messages, Body64{})
                                                : run(load, messages, Body1024{});
          }};
}

}  // namespace bench
