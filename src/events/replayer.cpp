#include "events/replayer.hpp"

#include "bus/channel.hpp"
#include "bus/dispatch.hpp"

namespace modcomm::detail {
namespace {

constexpr std::size_t events_between_looks = 64;  // at who else waits for the thread

}  // namespace

void Replayer::run() noexcept {
  Context& context = *subscriber_->channel().context();
  {
    const SlotLease slot(context.slots);
    const Frame frame(context, subscriber_->mailbox(), *slot);
    while (next_ < events_.size() && subscriber_->active()) {
      subscriber_->replay(Dispatch::record_of(events_[next_++]), *slot);
      if (next_ % events_between_looks == 0 && context.executor->crowded()) break;
    }
    Dispatch::rest(context, *slot);
  }
  if (next_ < events_.size() && subscriber_->active()) {
    return context.executor->post(shared_from_this());
  }
  events_.clear();
  subscriber_->mailbox()->release();
}

}  // namespace modcomm::detail
