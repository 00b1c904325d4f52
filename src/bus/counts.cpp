#include <modcomm/channel.hpp>

namespace modcomm {

MessageCounts& MessageCounts::operator+=(const MessageCounts& other) noexcept {
  accepted += other.accepted;
  routed += other.routed;
  unrouted += other.unrouted;
  expired += other.expired;
  dropped += other.dropped;
  cleared += other.cleared;
  queued += other.queued;
  rejected += other.rejected;
  return *this;
}

DeliveryCounts& DeliveryCounts::operator+=(const DeliveryCounts& other) noexcept {
  matched += other.matched;
  succeeded += other.succeeded;
  failed += other.failed;
  dead_lettered += other.dead_lettered;
  dropped += other.dropped;
  expired += other.expired;
  cancelled += other.cancelled;
  waiting += other.waiting;
  return *this;
}

}  // namespace modcomm
