// modcomm/channel.hpp -- what a channel is made of, and what can be known about it.
//
//   bus.create_channel("Progress", {.description = "steps done", .capacity = 1'000,
//                                   .overflow = modcomm::Overflow::conflate}).value();
//   modcomm::ChannelInfo info = bus.channel("Progress").value();
//   assert(info.counts.accepted == info.counts.completed() + info.counts.queued + ...);
//
// Threads.   Plain values.
// Order.     Within one channel and priority: in the order of acceptance, over all publishers.
// Errors.    See modcomm/bus.hpp.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <boost/describe.hpp>

#include <modcomm/clock.hpp>

namespace modcomm {

/// What happens to a message that finds its queue full.
enum class Overflow : std::uint8_t {
  reject,       ///< The publisher gets resource_exhausted / queue_full.
  block,        ///< The publisher waits, at most `block_for`; then deadline_exceeded / timeout.
  drop_oldest,  ///< The oldest message of the lowest priority makes room.
  drop_newest,  ///< The new message is accepted, counted as dropped, and delivered to nobody.
  conflate,  ///< The newest message of each key takes the place of the one before; a further key is
             ///< rejected.
};
BOOST_DESCRIBE_ENUM(Overflow, reject, block, drop_oldest, drop_newest, conflate)

/// Whose thread runs the handlers of a channel.
enum class Delivery : std::uint8_t {
  queued,   ///< The bus's workers, one message after the other.
  inline_,  ///< The publisher's, before publish returns; publishers in several threads run handlers
            ///< at once.
};
BOOST_DESCRIBE_ENUM(Delivery, queued, inline_)

/// How a channel is made.
struct ChannelOptions {
  std::string description{};
  std::size_t capacity = 10'000;                   ///< In messages; at least 1.
  std::size_t max_bytes = std::size_t{64} << 20U;  ///< Of payloads in the queue; at least 1.
  Overflow overflow = Overflow::reject;
  std::chrono::nanoseconds block_for = std::chrono::seconds(30);  ///< For Overflow::block.
  std::chrono::nanoseconds default_ttl{0};                        ///< 0: messages do not expire.
  Delivery delivery = Delivery::queued;

  friend bool operator==(const ChannelOptions&, const ChannelOptions&) = default;
};
BOOST_DESCRIBE_STRUCT(ChannelOptions, (),
                      (description, capacity, max_bytes, overflow, block_for, default_ttl,
                       delivery))

/// Every message ends in exactly one outcome; at any quiet moment
/// accepted = routed + unrouted + expired + dropped + cleared + queued.
struct MessageCounts {
  std::uint64_t accepted = 0;
  std::uint64_t routed = 0;    ///< Completed, and at least one subscription matched.
  std::uint64_t unrouted = 0;  ///< Completed, and nobody matched.
  std::uint64_t expired = 0;
  std::uint64_t dropped = 0;
  std::uint64_t cleared = 0;
  std::uint64_t queued = 0;    ///< Waiting, or with a handler now.
  std::uint64_t rejected = 0;  ///< Refused with an error: never accepted.

  std::uint64_t completed() const noexcept { return routed + unrouted; }
  MessageCounts& operator+=(const MessageCounts& other) noexcept;
  friend bool operator==(const MessageCounts&, const MessageCounts&) = default;
};
BOOST_DESCRIBE_STRUCT(MessageCounts, (),
                      (accepted, routed, unrouted, expired, dropped, cleared, queued, rejected))

/// Every match ends in exactly one outcome; at any quiet moment
/// matched = succeeded + failed + dead_lettered + dropped + expired + cancelled + waiting.
struct DeliveryCounts {
  std::uint64_t matched = 0;
  std::uint64_t succeeded = 0;
  std::uint64_t failed = 0;  ///< The handler threw, or the payload did not convert.
  std::uint64_t dead_lettered = 0;
  std::uint64_t dropped = 0;    ///< By the subscription's own mailbox.
  std::uint64_t expired = 0;    ///< In the subscription's own mailbox.
  std::uint64_t cancelled = 0;  ///< With the subscription.
  std::uint64_t waiting = 0;    ///< In the subscription's own mailbox, or with its handler now.

  DeliveryCounts& operator+=(const DeliveryCounts& other) noexcept;
  friend bool operator==(const DeliveryCounts&, const DeliveryCounts&) = default;
};
BOOST_DESCRIBE_STRUCT(DeliveryCounts, (),
                      (matched, succeeded, failed, dead_lettered, dropped, expired, cancelled,
                       waiting))

/// Time spent, in nanoseconds, as `modcomm metrics` shows it.
struct TimeSummary {
  std::uint64_t count = 0;
  std::uint64_t p50 = 0;
  std::uint64_t p99 = 0;
  std::uint64_t max = 0;
};
BOOST_DESCRIBE_STRUCT(TimeSummary, (), (count, p50, p99, max))

/// A channel at one moment.
struct ChannelInfo {
  std::string name{};
  ChannelOptions options{};
  WallTime created{};
  WallTime last_activity{};  ///< Of the last accepted message; `created` before the first.
  MessageCounts counts{};
  DeliveryCounts deliveries{};
  std::size_t queued_bytes = 0;
  std::size_t subscriptions = 0;
  bool slow = false;           ///< Its queue is over 80 %, or was and is not yet under 50 %.
  TimeSummary queue_time{};    ///< From acceptance to delivery; queued channels only.
  TimeSummary handler_time{};  ///< Of a sample of 1 in 64 messages, unless `timing = all`.
};
BOOST_DESCRIBE_STRUCT(ChannelInfo, (),
                      (name, options, created, last_activity, counts, deliveries, queued_bytes,
                       subscriptions, slow, queue_time, handler_time))

/// Which messages `clear` takes; every condition must hold.
struct ClearOptions {
  std::string type = "*";                  ///< A glob over message types.
  std::chrono::nanoseconds older_than{0};  ///< Since acceptance; 0: of any age.
};

/// What a channel test found.
struct ChannelTest {
  bool success = false;
  std::chrono::nanoseconds took{0};
  std::vector<std::string> faults{};  ///< Each says what is wrong and what to do.
};
BOOST_DESCRIBE_STRUCT(ChannelTest, (), (success, took, faults))

/// How `stop` of the processor ended.
enum class StopKind : std::uint8_t {
  graceful,   ///< All that was accepted before was delivered, or it was stopped already.
  timed_out,  ///< Time was up; what remains is queued.
  forced,
  requested,  ///< By a handler, for which it does not wait.
};
BOOST_DESCRIBE_ENUM(StopKind, graceful, timed_out, forced, requested)

/// What `stop` of the processor says.
struct StopReport {
  StopKind kind = StopKind::graceful;
  std::chrono::nanoseconds took{0};
  std::uint64_t remaining = 0;         ///< Messages that wait for the next start.
  std::vector<std::string> running{};  ///< Subscriptions whose handlers still run.
};
BOOST_DESCRIBE_STRUCT(StopReport, (), (kind, took, remaining, running))

}  // namespace modcomm
