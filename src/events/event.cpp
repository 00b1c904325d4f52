#include <modcomm/detail/event_handler.hpp>
#include <modcomm/event.hpp>

#include "bus/dispatch.hpp"
#include "bus/extra.hpp"

namespace modcomm {
namespace {

const detail::EventPart* part_of(const Message& message) noexcept {
  const detail::Extra* const extra = detail::Dispatch::record_of(message).extra;
  return extra == nullptr ? nullptr : extra->event.get();
}

}  // namespace

std::string_view Event::channel() const noexcept {
  const detail::EventPart* const part = part_of(message_);
  return part == nullptr ? std::string_view(message_.channel()) : std::string_view(part->channel);
}

bool Event::broadcast() const noexcept {
  const detail::EventPart* const part = part_of(message_);
  return part != nullptr && part->broadcast;
}

std::uint64_t Event::sequence() const noexcept {
  const detail::EventPart* const part = part_of(message_);
  return part == nullptr ? 0 : part->sequence;
}

Replay Replay::since(WallTime time) noexcept {
  Replay replay(From::time);
  replay.time_ = time;
  return replay;
}

Replay Replay::last(std::size_t count) noexcept {
  Replay replay(From::last);
  replay.count_ = count;
  return replay;
}

Replay Replay::sequence(std::uint64_t first) noexcept {
  Replay replay(From::sequence);
  replay.first_sequence_ = first;
  return replay;
}

detail::BorrowedEvent::BorrowedEvent(const Message& message) noexcept
    : event(Dispatch::adopt(&Dispatch::record_of(message))) {}

}  // namespace modcomm
