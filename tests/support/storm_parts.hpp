// What a storm is made of: the books that its users keep, random options, and handlers that publish,
// throw and check the order that they were promised.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <modcomm/bus.hpp>

#include "core/random.hpp"

namespace modcomm::test {

using detail::Random;
using namespace std::chrono_literals;

inline constexpr unsigned storm_threads = 8;
inline constexpr std::array channels_that_stay = {
    "reject", "block", "drop_oldest", "drop_newest", "inline", "conflate", "bytes"};
inline constexpr std::array channels_that_go = {"here", "gone"};
inline constexpr std::array types = {"alpha", "beta", "a1", "b1"};

struct Drop {
  unsigned publisher = 0;
  unsigned depth = 0;
  std::uint64_t sequence = 0;
  std::array<char, 40> ballast{};
};

/// What the users of the bus know.
struct Books {
  std::atomic<std::uint64_t> accepted = 0;
  std::atomic<std::uint64_t> rejected = 0;
  std::atomic<std::uint64_t> succeeded = 0;
  std::atomic<std::uint64_t> threw = 0;
  std::atomic<std::uint64_t> out_of_order = 0;
  std::array<std::atomic<std::uint64_t>, channels_that_stay.size()> accepted_by{};
};

template <class T, std::size_t n>
const T& any_of(const std::array<T, n>& choices, Random& random) {
  return choices[random.below(n)];
}

inline std::string any_channel(Random& random) {
  return random.below(8) == 0 ? any_of(channels_that_go, random)
                              : any_of(channels_that_stay, random);
}

inline ChannelOptions options_of(std::string_view channel) {
  ChannelOptions options{.capacity = 24, .block_for = 300us};
  if (channel == "bytes") options.max_bytes = 10 * sizeof(Drop);
  if (channel == "block") options.overflow = Overflow::block;
  if (channel == "drop_oldest") options.overflow = Overflow::drop_oldest;
  if (channel == "drop_newest") options.overflow = Overflow::drop_newest;
  if (channel == "conflate") options.overflow = Overflow::conflate;
  if (channel == "inline") options.delivery = Delivery::inline_;
  return options;
}

inline PublishOptions any_publish_options(Random& random) {
  static constexpr std::array keys = {"", "k1", "k2", "k3"};
  static constexpr std::array targets = {"", "", "", "module1", "nobody"};
  static constexpr std::array<std::chrono::nanoseconds, 4> ttls = {0ns, 0ns, 20us, 1ms};
  return {.priority = static_cast<Priority>(random.below(4)),
          .ttl = any_of(ttls, random),
          .target = any_of(targets, random),
          .key = any_of(keys, random)};
}

inline void publish(const Module& module, const std::string& channel, Drop drop, Random& random,
                    Books& books) {
  if (!module.publish(channel, any_of(types, random), drop, any_publish_options(random))) {
    ++books.rejected;
    return;
  }
  ++books.accepted;
  for (std::size_t i = 0; i < channels_that_stay.size(); ++i) {
    if (channel == channels_that_stay[i]) ++books.accepted_by[i];
  }
}

/// A handler that checks order where order is promised, and misbehaves now and then.
class Listener {
 public:
  Listener(Module module, Books& books, bool ordered, std::uint64_t seed)
      : module_(std::move(module)), books_(books), ordered_(ordered), seed_(seed) {}

  void operator()(const Drop& drop, const Message& message) {
    Random random(message.id().low ^ seed_);
    if (ordered_ && drop.depth == 0) check_order(drop, message.priority());
    if (drop.depth < 2 && random.below(6) == 0) {
      publish(module_, any_channel(random), {.depth = drop.depth + 1}, random, books_);
    }
    if (random.below(8) == 0) {
      ++books_.threw;
      throw std::runtime_error("as planned");
    }
    ++books_.succeeded;
  }

 private:
  void check_order(const Drop& drop, Priority priority) {
    std::uint64_t& last = last_[drop.publisher][static_cast<std::size_t>(priority)];
    if (drop.sequence <= last) ++books_.out_of_order;
    last = drop.sequence;
  }

  Module module_;
  Books& books_;
  const bool ordered_;
  const std::uint64_t seed_;
  std::array<std::array<std::uint64_t, 4>, storm_threads> last_{};  // no lock: runs one at a time
};

}  // namespace modcomm::test
