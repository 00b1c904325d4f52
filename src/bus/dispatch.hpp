// Runs the handlers of one message.
#pragma once

#include <modcomm/message.hpp>

#include "bus/routing.hpp"
#include "bus/subscriber.hpp"

namespace modcomm::detail {

/// Ends a record that nobody refers to any more; its memory goes to the slot.
void destroy(Record* record, Slot& slot) noexcept;

/// A Message that borrows its record: no reference is counted unless the handler copies it.
class Dispatch {
 public:
  explicit Dispatch(Record& record) noexcept : message_(&record) {}
  Dispatch(const Dispatch&) = delete;
  Dispatch& operator=(const Dispatch&) = delete;
  ~Dispatch() { message_.record_ = nullptr; }

  const Message& message() const noexcept { return message_; }

  /// Shows the record to all of a route, in its order. What may expire, and is not expired now, is
  /// looked at again before every further handler. False if nobody matched.
  bool to_route(const Route& route, Context& context, Slot& slot);
  /// Runs one handler whose filters were asked before.
  Ran to_one(Subscriber& subscriber, Context& context, Slot& slot);

  /// The record that a message stands for, and a message that takes one over.
  static Record& record_of(const Message& message) noexcept { return *message.record_; }
  static Message adopt(Record* record) noexcept { return Message(record); }

  /// Marks that no handler runs, and wakes whoever waits for that.
  static void rest(Context& context, Slot& slot) noexcept;
  /// Ends the delivery's ownership: the record is destroyed unless somebody kept a copy.
  static void finish(Record* record, Channel& channel, Slot& slot) noexcept;

 private:
  /// Of one message along its route.
  struct Run {
    Context& context;
    SteadyTime expires = never;
    SteadyTime looked_at = never;  // the first handler takes the message unseen
    bool matched = false;
  };

  const Route::Stop* run_from(const Route::Stop* stop, const Route::Stop* end, bool careful,
                              Slot& slot, Run& run);

  Message message_;
};

/// The same message with another payload. It keeps the original alive.
Message with_payload(const Message& original, Payload payload);

}  // namespace modcomm::detail
