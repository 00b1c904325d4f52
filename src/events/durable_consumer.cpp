#include "events/durable_consumer.hpp"

#include <algorithm>

#include <modcomm/name.hpp>
#include <modcomm/reflect.hpp>

#include "bus/redelivery.hpp"
#include "events/consumer_member.hpp"
#include "events/history.hpp"

namespace modcomm::detail {
namespace {

constexpr std::size_t most_outstanding = 100'000;
constexpr std::chrono::nanoseconds stall_time = std::chrono::seconds(1);

Error bad_option(const std::string& fault) {
  return {Code::invalid_argument, reason::validation, fault};
}

}  // namespace

ConsumerRules rules_of(const ConsumerOptions& options) {
  return {.ack_wait = options.ack_wait,
          .backoff = options.backoff,
          .max_deliveries = options.max_deliveries,
          .max_outstanding = options.max_outstanding};
}

Result<Glob> check_consumer(const ConsumerOptions& options) {
  using std::chrono::nanoseconds;
  if (options.ack_wait <= nanoseconds(0)) return bad_option("ack_wait: must be more than 0");
  if (options.max_outstanding < 1 || options.max_outstanding > most_outstanding) {
    return bad_option("max_outstanding: must be 1 to " + std::to_string(most_outstanding));
  }
  if (std::ranges::any_of(options.backoff, [](nanoseconds wait) { return wait.count() < 0; })) {
    return bad_option("backoff: must not be negative");
  }
  if (!options.channel.empty()) {
    if (auto ok = check_name("channel", options.channel); !ok) return ok.error();
  }
  return Glob::compile(options.pattern, options.ignore_case ? Case::ignored : Case::sensitive);
}

/// The timer of a consumer, which does not keep it alive.
class DurableConsumer::Wakeup final : public Task {
 public:
  explicit Wakeup(std::weak_ptr<DurableConsumer> consumer) : consumer_(std::move(consumer)) {}
  void run() noexcept override {
    if (const auto consumer = consumer_.lock()) consumer->tend();
  }

 private:
  const std::weak_ptr<DurableConsumer> consumer_;
};

Result<std::shared_ptr<DurableConsumer>> DurableConsumer::make(Parts parts) {
  auto pattern = check_consumer(parts.options);
  if (!pattern) return pattern.error();
  return std::make_shared<DurableConsumer>(std::move(parts), std::move(*pattern));
}

DurableConsumer::DurableConsumer(Parts parts, Glob pattern)
    : parts_(std::move(parts)),
      options_(parts_.options),
      state_(rules_of(options_), parts_.position, context().clock->now()),
      feed_(parts_.channel, parts_.store, std::move(pattern), options_.channel),
      available_(parts_.store->extent().next_sequence - 1),
      running_(parts_.running) {}

Result<void> DurableConsumer::check_open() const {
  if (!closed_) return {};
  return Error(Code::failed_precondition, reason::closed,
               "consumer '" + parts_.name + "' has ended, or its bus has");
}

// ---- members ----

Result<void> DurableConsumer::join(const std::shared_ptr<ConsumerMember>& member) {
  {
    const Lock lock(mutex_);
    if (auto open = check_open(); !open) return open;
    member->place.id = ++last_member_;
    members_.push_back(member);
  }
  tend();
  return {};
}

bool DurableConsumer::leave(ConsumerMember& member) {
  std::shared_ptr<ConsumerMember> left;  // dies after the lock
  Lock lock(mutex_);
  const auto found = std::ranges::find_if(
      members_, [&](const auto& candidate) { return candidate.get() == &member; });
  if (found == members_.end()) return false;
  left = std::move(*found);
  members_.erase(found);
  member.active_.store(false, std::memory_order_release);
  state_.leave(member.place.id, member.place.handling, context().clock->now().steady);
  release(lock, true);
  return true;
}

std::vector<std::shared_ptr<ConsumerMember>> DurableConsumer::members() const {
  const Lock lock(mutex_);
  return members_;
}

std::vector<ConsumerWork> DurableConsumer::pull(ConsumerMember& member) {
  std::vector<ConsumerWork> work;
  Lock lock(mutex_);
  tick();
  const bool was_dirty = dirty_;
  Look found = Look::nothing;
  if (member.active() && running_ && !stopped_) {
    do found = look(member, work);
    while (found == Look::again);
  }
  member.place.idle = found == Look::nothing;
  release(lock, dirty_ && !was_dirty);
  return work;
}

void DurableConsumer::handled(ConsumerMember& member, DeliveryId id) {
  Lock lock(mutex_);
  member.place.handling = 0;
  if (member.active()) return;
  const bool given_back = state_.give_back(id, context().clock->now().steady);
  release(lock, given_back);
}

// ---- handing out ----

bool DurableConsumer::has_work(SteadyTime now) const {
  if (!running_ || stopped_ || closed_ || now < stalled_until_) return false;
  if (letters_.size() >= options_.max_outstanding) return false;  // the disk is full
  const ConsumerState::Offer offer = state_.offer(now);
  if (offer.kind == ConsumerState::Offer::Kind::again) return true;
  return offer.kind == ConsumerState::Offer::Kind::fresh && offer.sequence <= available_;
}

DurableConsumer::Look DurableConsumer::look(ConsumerMember& member,
                                            std::vector<ConsumerWork>& work) {
  const SteadyTime now = context().clock->now().steady;
  if (!has_work(now)) return Look::nothing;
  const ConsumerState::Offer offer = state_.offer(now);
  return offer.kind == ConsumerState::Offer::Kind::again ? look_again(offer.sequence, member, work)
                                                         : look_ahead(member, work);
}

DurableConsumer::Look DurableConsumer::look_again(std::uint64_t sequence, ConsumerMember& member,
                                                  std::vector<ConsumerWork>& work) {
  auto event = feed_.load(sequence);
  if (event) return hand_out(std::move(*event), member, work);
  const std::string_view why = event.error().reason();
  if (why != reason::no_event && why != reason::damaged_store) {
    stall(event.error());
    return Look::nothing;
  }
  note(event.error().to_string());
  state_.forget(sequence);
  ++counts_.missed;
  dirty_ = true;
  return Look::again;
}

DurableConsumer::Look DurableConsumer::look_ahead(ConsumerMember& member,
                                                  std::vector<ConsumerWork>& work) {
  const std::uint64_t from = state_.next();
  auto found = feed_.find(from);
  if (!found) {
    stall(found.error());
    return Look::nothing;
  }
  for (const Error& damage : found->damage) {
    note(damage.to_string());
    notices_.push_back({notice::store_damaged, "consumer '" + name() + "'", damage.message()});
  }
  counts_.missed += found->missed;
  if (found->kind == ConsumerFeed::Found::Kind::event) {
    return hand_out(std::move(found->event.front()), member, work);
  }
  if (found->next > from) {
    state_.pass(found->next - 1);
    dirty_ = true;
  }
  // A member is called again for what is left, so that others get the lock meanwhile.
  if (found->kind == ConsumerFeed::Found::Kind::more) return Look::nothing;
  // Nothing more can be read: what is said to be stored behind it was the end of the log.
  available_ = std::max(state_.next(), std::uint64_t{1}) - 1;
  return Look::nothing;
}

DurableConsumer::Look DurableConsumer::hand_out(Event event, ConsumerMember& member,
                                                std::vector<ConsumerWork>& work) {
  const Moment now = context().clock->now();
  const std::uint64_t sequence = event.sequence();
  dirty_ = true;
  if (const auto expires = event.expires(); expires && *expires <= now.wall) {
    state_.pass(sequence);
    state_.forget(sequence);
    ++counts_.expired;
    return Look::again;
  }
  const ConsumerState::Lease lease = state_.lease(sequence, member.place.id, now);
  member.place.handling = sequence;
  ++counts_.delivered;
  work.push_back({.event = std::move(event),
                  .id = {.sequence = sequence, .delivery = lease.delivery},
                  .attempt = lease.attempt});
  return Look::found;
}

/// The disk has a bad moment.
void DurableConsumer::stall(const Error& error) {
  note(error.to_string());
  feed_.reset();
  stalled_until_ = after(context().clock->now().steady, stall_time);
}

// ---- time ----

void DurableConsumer::tick() {
  const std::uint64_t ended = state_.tick(context().clock->now());
  counts_.timed_out += ended;
  dirty_ = dirty_ || ended > 0;
  bury_all();
}

void DurableConsumer::bury_all() {
  if (context().clock->now().steady < stalled_until_) return;
  const std::vector<std::uint64_t> dying(state_.dying().begin(), state_.dying().end());
  for (const std::uint64_t sequence : dying) {
    if (letters_.size() >= options_.max_outstanding || !bury(sequence)) return;
  }
}

/// False if that has to wait.
bool DurableConsumer::bury(std::uint64_t sequence) {
  dirty_ = true;
  if (!options_.dead_letter) {
    ++counts_.given_up;
    state_.bury(sequence);
    return true;
  }
  const auto event = feed_.load(sequence);
  if (!event) {
    const std::string_view why = event.error().reason();
    if (why != reason::no_event && why != reason::damaged_store) {
      stall(event.error());
      return false;
    }
    note(event.error().to_string());
    ++counts_.missed;
    state_.bury(sequence);
    return true;
  }
  ConsumerState::Obituary obituary = state_.obituary(sequence);
  DeadLetter letter = letter_of(EventAccess::message(*event));
  letter.kind = DeadLetterKind::event;
  letter.consumer = name();
  letter.died = context().clock->now().wall;
  letter.reason = std::move(obituary.reason);
  letter.deliveries = obituary.deliveries;
  letter.attempts = std::move(obituary.attempts);
  letter.redriven = obituary.redriven;
  letters_.push_back(std::move(letter));
  ++counts_.dead_lettered;
  state_.bury(sequence);
  return true;
}

void DurableConsumer::tend() {
  Lock lock(mutex_);
  planned_ = never;
  const bool was_dirty = dirty_;
  if (!stopped_) tick();
  release(lock, dirty_ && !was_dirty);
}

void DurableConsumer::plan(SteadyTime at) {
  if (at >= planned_) return;
  if (timer_ != 0) context().executor->cancel(timer_);
  planned_ = at;
  timer_ = context().executor->post_at(at, std::make_shared<Wakeup>(weak_from_this()));
}

/// One idle member is called if there is work; when it has taken some, it calls the next one.
void DurableConsumer::release(Lock& lock, bool changed) {
  dirty_ = dirty_ || changed;
  const SteadyTime now = context().clock->now().steady;
  std::shared_ptr<ConsumerMember> called;
  if (has_work(now)) {
    const auto idle =
        std::ranges::find_if(members_, [](const auto& member) { return member->place.idle; });
    if (idle != members_.end()) {
      (*idle)->place.idle = false;
      called = *idle;
    }
  }
  if (!stopped_) {
    const SteadyTime next = state_.next_change();
    plan(now < stalled_until_ ? std::max(stalled_until_, now) : next <= now ? never : next);
  }
  moved_.notify_all();
  std::vector<Notice> notices = std::exchange(notices_, {});
  lock.unlock();
  if (called != nullptr) context().executor->post(called);
  for (const Notice& notice : notices) context().tell(notice.name, notice.subject, notice.detail);
  if (changed && parts_.changed) parts_.changed();
}

// ---- answers ----

template <class Answer>
Result<void> DurableConsumer::answer(DeliveryId id, Answer change) {
  Lock lock(mutex_);
  if (auto open = check_open(); !open) return open;
  if (!change(context().clock->now())) {
    return Error(Code::aborted, reason::superseded,
                 "event " + std::to_string(id.sequence) + " of consumer '" + name() +
                     "' was delivered again, or given up, meanwhile; let that delivery answer");
  }
  bury_all();
  release(lock, true);
  return {};
}

Result<void> DurableConsumer::ack(DeliveryId id) {
  return answer(id, [&](Moment) {
    const bool done = state_.ack(id);
    counts_.acknowledged += done ? 1 : 0;
    return done;
  });
}

Result<void> DurableConsumer::pass(DeliveryId id) {
  return answer(id, [&](Moment) {
    const bool done = state_.ack(id);
    counts_.passed += done ? 1 : 0;
    return done;
  });
}

Result<void> DurableConsumer::fail(DeliveryId id, std::string error,
                                   std::optional<std::chrono::nanoseconds> delay) {
  return answer(id, [&](Moment now) {
    const bool done = state_.fail(id, error, delay, now);
    if (done) note(std::move(error));
    counts_.failed += done ? 1 : 0;
    return done;
  });
}

Result<void> DurableConsumer::extend(DeliveryId id, std::optional<std::chrono::nanoseconds> time) {
  return answer(id, [&](Moment now) { return state_.extend(id, time, now.steady); });
}

Result<void> DurableConsumer::terminate(DeliveryId id, std::string_view reason, std::string why) {
  return answer(id, [&](Moment now) {
    const bool done = state_.terminate(id, reason, why, now);
    if (done) note(std::move(why));
    counts_.failed += done ? 1 : 0;
    return done;
  });
}

// ---- what comes from outside ----

void DurableConsumer::stored(std::uint64_t sequence) {
  Lock lock(mutex_);
  available_ = std::max(available_, sequence);
  release(lock, false);
}

void DurableConsumer::set_running(bool running) {
  Lock lock(mutex_);
  running_ = running;
  release(lock, false);
}

Result<void> DurableConsumer::update(const ConsumerOptions& options) {
  auto pattern = check_consumer(options);
  if (!pattern) return pattern.error();
  Lock lock(mutex_);
  if (auto open = check_open(); !open) return open;
  options_ = options;
  state_.set_rules(rules_of(options));
  feed_.set_wishes(std::move(*pattern), options.channel);
  release(lock, true);
  return {};
}

Result<void> DurableConsumer::seek(std::uint64_t next) {
  Lock lock(mutex_);
  if (auto open = check_open(); !open) return open;
  state_.seek(next);
  feed_.reset();
  available_ = parts_.store->extent().next_sequence - 1;
  release(lock, true);
  return {};
}

Result<void> DurableConsumer::readmit(const DeadLetter& letter) {
  Lock lock(mutex_);
  if (auto open = check_open(); !open) return open;
  const auto event = feed_.load(letter.sequence);
  if (!event) return event.error();
  if (event->id_text() != letter.message_id) {
    return Error(Code::not_found, reason::no_event,
                 "event " + letter.message_id + " is not in the store any more");
  }
  state_.readmit(letter.sequence, letter.redriven + 1, context().clock->now().steady);
  release(lock, true);
  return {};
}

Result<void> DurableConsumer::wait_until_done(std::chrono::nanoseconds timeout) {
  const SteadyTime deadline = after(context().clock->now().steady, timeout);
  Lock lock(mutex_);
  const std::uint64_t target = parts_.store->extent().next_sequence - 1;
  while (state_.position() < target) {
    if (auto open = check_open(); !open) return open;
    if (!context().executor->wait_until(lock, moved_, deadline) && state_.position() < target) {
      return Error(Code::deadline_exceeded, reason::timeout,
                   "consumer '" + name() + "' has done with events up to " +
                       std::to_string(state_.position()) + " of " + std::to_string(target) +
                       "; give it more time, or see what its members do");
    }
  }
  return {};
}

void DurableConsumer::stop() {
  Lock lock(mutex_);
  stopped_ = true;
  release(lock, false);
}

void DurableConsumer::close(const Error& why) {
  stop();
  for (const auto& member : members()) member->end(why);
  Lock lock(mutex_);
  if (std::exchange(closed_, true)) return;
  state_.give_all_back(context().clock->now().steady);
  if (timer_ != 0) context().executor->cancel(timer_);
  dirty_ = true;
  release(lock, false);
}

// ---- what is written, and views ----

DurableConsumer::Changes DurableConsumer::take_changes() {
  const Lock lock(mutex_);
  Changes changes;
  changes.any = std::exchange(dirty_, false);
  if (!changes.any) return changes;
  changes.position = state_.snapshot(context().clock->now());
  changes.letters = letters_;
  return changes;
}

void DurableConsumer::written(const Changes& changes, bool done) {
  Lock lock(mutex_);
  if (done) {
    letters_.erase(letters_.begin(),
                   letters_.begin() + static_cast<std::ptrdiff_t>(changes.letters.size()));
  } else {
    dirty_ = true;
  }
  release(lock, false);
}

store::ConsumerRow DurableConsumer::row() const {
  const Lock lock(mutex_);
  return {.name = parts_.name,
          .options = write_json(options_),
          .created = parts_.created,
          .position = state_.snapshot(context().clock->now())};
}

ConsumerInfo DurableConsumer::info() const {
  const std::uint64_t last = parts_.store->extent().next_sequence - 1;
  const Lock lock(mutex_);
  ConsumerInfo info = counts_;
  info.name = parts_.name;
  info.options = options_;
  info.created = parts_.created;
  info.position = state_.position();
  info.lag = last - std::min(last, info.position);
  info.outstanding = state_.leased();
  info.redelivering = state_.waiting();
  for (const auto& member : members_) info.members.emplace_back(member->module());
  return info;
}

}  // namespace modcomm::detail
