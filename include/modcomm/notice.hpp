// modcomm/notice.hpp -- what a lower floor has to tell: a channel was made, a consumer is slow.
//
//   modcomm::BusOptions options{.on_notice = [](const modcomm::Notice& notice) {
//     log(notice.name, notice.subject, notice.detail);
//   }};
//
// Threads.   A sink is called from whichever thread noticed, never with a lock held.
// Order.     Notices about one subject come in the order in which it changed.
// Errors.    What a sink throws is swallowed: a notice has no one to report to.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace modcomm {

/// One change of state.
struct Notice {
  /// Static text such as "ChannelCreated"; the event is "System." + name.
  std::string_view name{};
  std::string subject{};  ///< What it is about: a channel, a subscription, a module.
  std::string detail{};   ///< For people; may be empty.
};

/// Takes notices. It must be quick, and may call the bus.
using NoticeSink = std::function<void(const Notice&)>;

namespace notice {
inline constexpr std::string_view channel_created = "ChannelCreated";
inline constexpr std::string_view channel_removed = "ChannelRemoved";
inline constexpr std::string_view module_joined = "ModuleJoined";
inline constexpr std::string_view subscription_added = "SubscriptionAdded";
inline constexpr std::string_view subscription_ended = "SubscriptionEnded";
inline constexpr std::string_view processor_started = "ProcessorStarted";
inline constexpr std::string_view processor_stopped = "ProcessorStopped";
inline constexpr std::string_view slow_consumer_began = "SlowConsumerBegan";
inline constexpr std::string_view slow_consumer_ended = "SlowConsumerEnded";
inline constexpr std::string_view handler_failed = "HandlerFailed";
inline constexpr std::string_view operation_registered = "OperationRegistered";
inline constexpr std::string_view operation_replaced = "OperationReplaced";
inline constexpr std::string_view operation_removed = "OperationRemoved";
inline constexpr std::string_view dead_lettered = "DeadLettered";
inline constexpr std::string_view breaker_changed = "BreakerChanged";
inline constexpr std::string_view store_damaged = "StoreDamaged";
inline constexpr std::string_view store_failed = "StoreFailed";
inline constexpr std::string_view store_recovered = "StoreRecovered";
inline constexpr std::string_view thread_abandoned = "ThreadAbandoned";
}  // namespace notice

}  // namespace modcomm
