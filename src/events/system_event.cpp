#include <algorithm>
#include <array>

#include <modcomm/error.hpp>
#include <modcomm/reflect.hpp>
#include <modcomm/schema.hpp>
#include <modcomm/system_event.hpp>

namespace modcomm {
namespace {

constexpr auto kinds = std::to_array<SystemEventKind>({
    {"System.BreakerChanged", "a breaker opened, half opened or closed", "the operation"},
    {"System.ChannelCreated", "a channel was made", "the channel"},
    {"System.ChannelRemoved", "a channel was removed, and its subscriptions with it",
     "the channel"},
    {"System.DeadLettered", "something could not be handled, and is kept as a dead letter",
     "its name, and the consumer"},
    {"System.HandlerFailed", "a handler, callback or receipt threw or failed",
     "the subscription or operation"},
    {"System.ModuleJoined", "a module was named for the first time", "the module"},
    {"System.OperationRegistered", "an operation can be called", "the operation"},
    {"System.OperationRemoved", "an operation can be called no longer", "the operation"},
    {"System.OperationReplaced", "another handler took an operation over", "the operation"},
    {"System.ProcessorStarted", "queued messages are delivered", "the processor"},
    {"System.ProcessorStopped", "queued messages wait", "the processor"},
    {"System.SlowConsumerBegan", "a queue holds more than 80 % of what it may",
     "the channel or subscription"},
    {"System.SlowConsumerEnded", "a queue holds less than 50 % again",
     "the channel or subscription"},
    {"System.StoreDamaged", "stored events cannot be read", "the store, or a replay"},
    {"System.StoreFailed", "the store begins to refuse events", "the folder of the store"},
    {"System.StoreRecovered", "the store takes events again", "the folder of the store"},
    {"System.SubscriptionAdded", "a handler was attached to a channel", "the subscription"},
    {"System.SubscriptionEnded", "a handler was detached", "the subscription"},
    {"System.ThreadAbandoned", "the end of a bus left a hung handler to itself", "the bus"},
});
static_assert(std::ranges::is_sorted(kinds, {}, &SystemEventKind::name));

}  // namespace

std::span<const SystemEventKind> system_event_kinds() noexcept { return kinds; }

Result<Value> system_event_schema(std::string_view name) {
  const auto kind = std::ranges::find(kinds, name, &SystemEventKind::name);
  if (kind == kinds.end()) {
    return Error(Code::not_found, reason::no_event,
                 "the bus tells no event '" + std::string(name) +
                     "'; system_event_kinds() lists those that it does");
  }
  Value schema = json_schema<SystemEvent>();
  schema["$schema"] = json_schema_2020_12;
  schema["$id"] = "urn:modcomm:event:" + std::string(name) + ":1";
  schema["description"] = std::string(kind->tells);
  schema["properties"]["subject"]["description"] = std::string(kind->subject);
  return schema;
}

}  // namespace modcomm
