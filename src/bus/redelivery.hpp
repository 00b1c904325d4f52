// Messages that a handler of one subscription failed on, and that it gets again later.
//
// Threads.   Any.
// Lifetime.  What waits when the subscription closes is cancelled; timers do not keep it alive.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <modcomm/dead_letter.hpp>
#include <modcomm/executor.hpp>
#include <modcomm/message.hpp>
#include <modcomm/subscription.hpp>

#include "core/guarded.hpp"
#include "observe/counter.hpp"

namespace modcomm::detail {

class Channel;
class Subscriber;
struct Tries;

/// What became of a failure.
enum class AfterFailure : std::uint8_t { comes_again, dead_lettered, failed };

class Redelivery {
 public:
  explicit Redelivery(RedeliveryOptions options) : options_(std::move(options)) {}

  /// The handler failed on that message; `error` says why.
  AfterFailure failed(Subscriber& subscriber, const Message& message, const std::string& error);
  /// A dead letter that comes again, with its attempts before it forgotten.
  Result<void> readmit(Subscriber& subscriber, const DeadLetter& letter);
  /// Cancels all that waits; nothing comes any more.
  void close(Executor& executor) noexcept;

  std::uint64_t waiting() const;
  std::uint64_t cancelled() const noexcept { return cancelled_.value(); }
  std::uint64_t expired() const noexcept { return expired_.value(); }
  std::uint64_t dead_lettered() const noexcept { return dead_lettered_.value(); }
  std::uint64_t readmitted() const noexcept { return readmitted_.value(); }

 private:
  class Due;
  struct Waiting {
    Message message;
    TimerId timer = 0;
  };
  struct Room {
    std::map<std::uint64_t, Waiting> waiting{};
    std::uint64_t moving = 0;  // on their way to the mailbox
    std::uint64_t last = 0;
    bool closed = false;
  };

  void wait(Subscriber& subscriber, Message message, std::chrono::nanoseconds time);
  void due(Subscriber& subscriber, std::uint64_t number);
  void move(Subscriber& subscriber, Message message);
  std::chrono::nanoseconds backoff(std::uint32_t attempts) const;
  bool bury(const Subscriber& subscriber, const Message& message, const Tries& tries,
            std::string_view reason);

  const RedeliveryOptions options_;
  Guarded<Room> room_;
  Counter cancelled_;
  Counter expired_;
  Counter dead_lettered_;
  Counter readmitted_;
};

/// How often that message was tried before; 0: this is the first time.
std::uint32_t earlier_attempts(const Message& message) noexcept;
/// invalid_argument / validation.
Result<void> check_redelivery(const RedeliveryOptions& options);
/// Letter of a message or event, without what its handler knows; of data that has no bytes without those.
DeadLetter letter_of(const Message& message);
/// Views of what the letter holds.
std::vector<Header> headers_of(const DeadLetter& letter);
/// Empty if it had none.
Payload payload_of(const DeadLetter& letter);
/// The message again, on that channel.
Result<Message> message_of(const DeadLetter& letter, const std::shared_ptr<Channel>& channel);

}  // namespace modcomm::detail
