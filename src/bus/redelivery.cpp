#include "bus/redelivery.hpp"

#include <algorithm>

#include "bus/channel.hpp"
#include "bus/dispatch.hpp"
#include "bus/extra.hpp"
#include "bus/subscriber.hpp"

namespace modcomm::detail {
namespace {

constexpr std::uint32_t most_attempts = 1'000;
constexpr std::size_t kept_attempts = 16;
constexpr std::chrono::nanoseconds full_mailbox_wait = std::chrono::seconds(1);

const Tries* tries_of(const Message& message) noexcept {
  const Extra* const extra = Dispatch::record_of(message).extra;
  return extra == nullptr ? nullptr : extra->tries.get();
}

/// The same message, whose record says how often it was tried.
Message again(const Message& message, Tries tries) {
  const Record& record = Dispatch::record_of(message);
  const auto owner = std::make_shared<const Message>(message);
  Message copy = with_payload(message, Payload::share({record.payload, record.storage()}, owner));
  Record& made = Dispatch::record_of(copy);
  made.bytes = record.bytes;
  made.ordinal = record.ordinal;
  if (made.extra == nullptr) made.extra = std::make_unique<Extra>().release();
  if (record.extra != nullptr && record.extra->event != nullptr) {
    made.extra->event = std::make_unique<EventPart>(*record.extra->event);
  }
  made.extra->tries = std::make_unique<Tries>(std::move(tries));
  return copy;
}

}  // namespace

std::uint32_t earlier_attempts(const Message& message) noexcept {
  const Tries* const tries = tries_of(message);
  return tries == nullptr ? 0 : tries->count;
}

Result<void> check_redelivery(const RedeliveryOptions& options) {
  const bool counts = options.attempts >= 1 && options.attempts <= most_attempts;
  const bool waits = std::ranges::none_of(
      options.backoff, [](std::chrono::nanoseconds wait) { return wait.count() < 0; });
  if (counts && waits) return {};
  return Error(Code::invalid_argument, reason::validation,
               counts ? "redelivery.backoff: must not be negative"
                      : "redelivery.attempts: must be 1 to " + std::to_string(most_attempts));
}

/// Calls for what is due.
class Redelivery::Due final : public Task {
 public:
  Due(std::weak_ptr<Subscriber> subscriber, std::uint64_t number)
      : subscriber_(std::move(subscriber)), number_(number) {}
  void run() noexcept override {
    const auto subscriber = subscriber_.lock();
    if (subscriber != nullptr) subscriber->redelivery()->due(*subscriber, number_);
  }

 private:
  const std::weak_ptr<Subscriber> subscriber_;
  const std::uint64_t number_;
};

std::chrono::nanoseconds Redelivery::backoff(std::uint32_t attempts) const {
  if (options_.backoff.empty()) return std::chrono::nanoseconds(0);
  return options_.backoff[std::min<std::size_t>(attempts, options_.backoff.size()) - 1];
}

AfterFailure Redelivery::failed(Subscriber& subscriber, const Message& message,
                                const std::string& error) {
  const Tries* const earlier = tries_of(message);
  Tries tries = earlier == nullptr ? Tries{} : *earlier;
  ++tries.count;
  if (tries.history.size() == kept_attempts) tries.history.erase(tries.history.begin());
  const WallTime now = subscriber.channel().context()->clock->now().wall;
  tries.history.push_back({.time = now, .error = error});
  if (tries.count < options_.attempts) {
    const auto time = backoff(tries.count);
    wait(subscriber, again(message, std::move(tries)), time);
    return AfterFailure::comes_again;
  }
  if (!options_.dead_letter) return AfterFailure::failed;
  const bool buried = bury(subscriber, message, tries, "max_deliveries");
  if (!buried) return AfterFailure::failed;
  dead_lettered_.add();
  return AfterFailure::dead_lettered;
}

void Redelivery::wait(Subscriber& subscriber, Message message, std::chrono::nanoseconds time) {
  Context& context = *subscriber.channel().context();
  std::uint64_t number = 0;
  {
    const auto room = room_.lock();
    if (room->closed) return cancelled_.add();
    number = ++room->last;
    room->waiting.emplace(number, Waiting{.message = std::move(message)});
  }
  const TimerId timer =
      context.executor->post_at(after(context.clock->now().steady, time),
                                std::make_shared<Due>(subscriber.weak_from_this(), number));
  const auto room = room_.lock();
  const auto found = room->waiting.find(number);
  if (found != room->waiting.end()) found->second.timer = timer;
}

void Redelivery::due(Subscriber& subscriber, std::uint64_t number) {
  std::map<std::uint64_t, Waiting>::node_type taken;
  {
    const auto room = room_.lock();
    taken = room->waiting.extract(number);
    if (taken.empty()) return;  // cancelled
    ++room->moving;
  }
  move(subscriber, std::move(taken.mapped().message));
  --room_.lock()->moving;  // once it is counted elsewhere
}

void Redelivery::move(Subscriber& subscriber, Message message) {
  Record* const record = &Dispatch::record_of(message);
  if (record->expires <= subscriber.channel().context()->clock->now().steady) {
    return expired_.add();
  }
  retain(record);
  const Result<void> pushed = subscriber.mailbox()->push(record, std::chrono::nanoseconds(0));
  if (pushed) return;
  release(record);
  if (pushed.error().reason() == reason::closed) return cancelled_.add();
  wait(subscriber, std::move(message), full_mailbox_wait);
}

void Redelivery::close(Executor& executor) noexcept {
  std::map<std::uint64_t, Waiting> waiting;  // dies after the lock
  {
    const auto room = room_.lock();
    room->closed = true;
    waiting.swap(room->waiting);
    cancelled_.add(waiting.size());
  }
  for (const auto& [number, each] : waiting) executor.cancel(each.timer);
}

std::uint64_t Redelivery::waiting() const {
  const auto room = room_.lock();
  return room->waiting.size() + room->moving;
}

// ---- letters ----

bool Redelivery::bury(const Subscriber& subscriber, const Message& message, const Tries& tries,
                      std::string_view reason) {
  const Context& context = *subscriber.channel().context();
  if (!context.options.keep_letter) return false;
  DeadLetter letter = letter_of(message);
  letter.kind =
      subscriber.channel().carries_events() ? DeadLetterKind::event : DeadLetterKind::message;
  letter.consumer = subscriber.pattern().pattern();
  letter.module = subscriber.module().name;
  letter.died = context.clock->now().wall;
  letter.reason = reason;
  letter.deliveries = tries.count;
  letter.attempts = tries.history;
  letter.redriven = tries.redriven;
  return context.options.keep_letter(std::move(letter)).has_value();
}

Result<void> Redelivery::readmit(Subscriber& subscriber, const DeadLetter& letter) {
  const auto message = message_of(letter, subscriber.channel().shared_from_this());
  if (!message) return message.error();
  Message copy = again(*message, {.redriven = letter.redriven + 1});
  Record* const record = &Dispatch::record_of(copy);
  retain(record);
  Result<void> pushed = subscriber.mailbox()->push(record);
  if (!pushed) {
    release(record);
    return pushed;
  }
  readmitted_.add();
  return {};
}

}  // namespace modcomm::detail
