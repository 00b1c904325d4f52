#include "events/consumer_feed.hpp"

#include <algorithm>

#include "events/history.hpp"

namespace modcomm::detail {
namespace {

constexpr std::size_t records_at_a_time = 1'000;

}  // namespace

ConsumerFeed::ConsumerFeed(std::shared_ptr<Channel> channel, std::shared_ptr<EventStore> store,
                           Glob pattern, std::string wanted_channel)
    : store_(std::move(store)),
      restorer_(std::move(channel)),
      pattern_(std::move(pattern)),
      wanted_channel_(std::move(wanted_channel)) {}

void ConsumerFeed::set_wishes(Glob pattern, std::string wanted_channel) {
  pattern_ = std::move(pattern);
  wanted_channel_ = std::move(wanted_channel);
}

bool ConsumerFeed::matches(const store::StoredEvent& event) const noexcept {
  const bool heard = wanted_channel_.empty() || event.broadcast || event.channel == wanted_channel_;
  return heard && pattern_.matches(event.name);
}

Result<> ConsumerFeed::refresh_cleared() {
  const std::uint64_t now = store_->clearings();
  if (knows_cleared_ && clearings_ == now) return {};
  auto cleared = store_->cleared();
  if (!cleared) return cleared.error();
  cleared_ = std::move(*cleared);
  clearings_ = now;
  knows_cleared_ = true;
  return {};
}

bool ConsumerFeed::is_cleared(std::uint64_t sequence) const noexcept {
  const auto behind =
      std::ranges::upper_bound(cleared_, sequence, {}, &store::SequenceRange::first);
  return behind != cleared_.begin() && std::prev(behind)->last >= sequence;
}

Result<ConsumerFeed::Found> ConsumerFeed::find(std::uint64_t from) {
  if (auto known = refresh_cleared(); !known) return known.error();
  if (reader_ == nullptr) reader_ = std::make_unique<store::LogReader>(store_->extent(), from);
  Found found{.kind = Found::Kind::more, .next = from};
  bool extended = false;
  for (std::size_t looked = 0; looked < records_at_a_time; ++looked) {
    const auto step = reader_->next();
    if (!step) {
      reset();
      return step.error();
    }
    if (step->kind == store::WalkStep::Kind::end) {
      if (std::exchange(extended, true)) {
        found.kind = Found::Kind::none;
        return found;
      }
      reader_->extend(store_->extent());
    } else if (take(*step, from, found)) {
      return found;
    }
  }
  return found;
}

/// Whether the event was found.
bool ConsumerFeed::take(const store::LogStep& step, std::uint64_t from, Found& found) const {
  const auto pass = [&](std::uint64_t first, std::uint64_t last, bool lost) {
    first = std::max(first, found.next);
    if (last < first) return;
    found.missed += (first - found.next) + (lost ? last + 1 - first : 0);
    found.next = last + 1;
  };
  if (step.kind == store::WalkStep::Kind::damage) {
    pass(step.damage.first_sequence, step.damage.last_sequence, true);
    found.damage.push_back(store_->describe(step.damage));
    return false;
  }
  const std::uint64_t sequence = step.record.head.sequence;
  if (step.record.head.kind != store::RecordKind::event || sequence < from) return false;
  const auto stored = store::decode_event(step.record.body);
  if (stored && (is_cleared(sequence) || !matches(*stored))) {
    pass(sequence, sequence, false);
    return false;
  }
  auto message = restorer_.restore(step.record.body, sequence);
  pass(sequence, sequence, !message);
  if (!message) {
    found.damage.push_back(message.error());
    return false;
  }
  found.kind = Found::Kind::event;
  found.event.push_back(EventAccess::event(std::move(*message)));
  return true;
}

Result<Event> ConsumerFeed::load(std::uint64_t sequence) const {
  const auto body = store_->body_of(sequence);
  if (!body) return body.error();
  auto message = restorer_.restore(*body, sequence);
  if (!message) return message.error();
  return EventAccess::event(std::move(*message));
}

}  // namespace modcomm::detail
