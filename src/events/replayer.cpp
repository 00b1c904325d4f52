#include "events/replayer.hpp"

#include <algorithm>

#include "bus/channel.hpp"
#include "bus/dispatch.hpp"

namespace modcomm::detail {
namespace {

constexpr std::size_t events_between_looks = 64;  // at who else waits for the thread

}  // namespace

Replayer::Replayer(std::shared_ptr<Subscriber> subscriber, Past past, const Replay& replay,
                   std::vector<Filter> filters)
    : subscriber_(std::move(subscriber)),
      past_(std::move(past)),
      replay_(replay),
      filters_(std::move(filters)) {}

void Replayer::run() noexcept {
  Context& context = *subscriber_->channel().context();
  bool more = true;
  {
    const SlotLease slot(context.slots);
    const Frame frame(context, subscriber_->mailbox(), *slot);
    if (!std::exchange(begun_, true)) begin();
    for (std::size_t events = 1; more && subscriber_->active(); ++events) {
      const auto event = next();
      if (event) subscriber_->replay(Dispatch::record_of(*event), *slot);
      more = event.has_value();
      if (events % events_between_looks == 0 && context.executor->crowded()) break;
    }
    Dispatch::rest(context, *slot);
  }
  if (more && subscriber_->active()) return context.executor->post(shared_from_this());
  subscriber_->mailbox()->release();
}

void Replayer::begin() {
  switch (replay_.from()) {
    case Replay::From::sequence:
      return past_.seek(replay_.first_sequence());
    case Replay::From::time:
      return past_.seek(past_.start_at(replay_.time()));
    case Replay::From::last:
      return choose_last();
    case Replay::From::now:
    case Replay::From::beginning:
      break;
  }
}

/// Looks through more and more of the newest segments until enough events are wanted.
void Replayer::choose_last() {
  for (std::size_t segments = 1; subscriber_->active(); segments *= 2) {
    const std::uint64_t start = past_.start_of_newest(segments);
    past_.seek(start);
    last_.clear();
    while (auto event = next_wanted()) {
      last_.push_back(std::move(*event));
      if (last_.size() > replay_.count()) last_.pop_front();
    }
    if (start == 0 || last_.size() == replay_.count()) return;
  }
}

std::optional<Message> Replayer::next() {
  if (replay_.from() != Replay::From::last) return next_wanted();
  if (last_.empty()) return std::nullopt;
  std::optional<Message> first = std::move(last_.front());
  last_.pop_front();
  return first;
}

std::optional<Message> Replayer::next_wanted() {
  auto event = past_.next();
  while (event && !wants(*event)) event = past_.next();
  return event;
}

/// A filter that throws does not match.
bool Replayer::wants(const Message& message) const noexcept {
  if (replay_.from() == Replay::From::time && message.time() < replay_.time()) return false;
  if (!subscriber_->pattern().matches(message.type())) return false;
  try {
    return std::ranges::all_of(filters_, [&](const Filter& each) { return each.matches(message); });
  } catch (...) {
    return false;
  }
}

}  // namespace modcomm::detail
