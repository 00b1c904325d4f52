// modcomm/detail/call_target.hpp -- what the templates of modcomm/call.hpp call.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include <modcomm/detail/call_parameters.hpp>
#include <modcomm/detail/reply_slot.hpp>
#include <modcomm/id.hpp>
#include <modcomm/result.hpp>

namespace modcomm {

struct CallOptions;

/// Names a call for as long as anybody knows it.
using RequestId = MessageId;

namespace detail {
class AsyncCall;
class Operation;
struct ModuleIdentity;

/// An operation as its caller names it.
class CallTarget {
 public:
  CallTarget(std::shared_ptr<Operation> operation, const ModuleIdentity& caller) noexcept
      : operation_(std::move(operation)), caller_(&caller) {}

  const ModuleIdentity& module() const noexcept { return *caller_; }
  std::string_view caller() const noexcept;
  const std::shared_ptr<Operation>& operation() const noexcept { return operation_; }

 private:
  std::shared_ptr<Operation> operation_;
  const ModuleIdentity* caller_;
};

/// How a call ended, beside its reply.
struct CallEnd {
  Result<void> result{};
  RequestId request_id{};  ///< Zero if nobody asked for it.
  std::uint32_t attempts = 0;
};

/// What the caller gets whose reply is not of its type, because of `why`: the error of that call.
Error reply_error(std::string_view operation, const CallEnd& end, const Error& why);
Error reply_error(const CallTarget& target, CallEnd end, const Error& why);
Error reply_error(const AsyncCall& call, const CallEnd& end, const Error& why);

/// A call's reply and what happens when it ended; shared by caller and call.
class CallReceiver {
 public:
  CallReceiver() = default;
  CallReceiver(const CallReceiver&) = delete;
  CallReceiver& operator=(const CallReceiver&) = delete;
  virtual ~CallReceiver() = default;
  virtual ReplySlot& slot() noexcept = 0;
  /// Once, when the call of that operation has ended.
  virtual void ended(const CallEnd&, std::string_view) {}
};

template <class R>
class ReplyReceiver : public CallReceiver {
 public:
  ReplySlot& slot() noexcept override { return room.slot(); }
  ReplyRoom<R> room{};
};

template <class R, class F>
class CallbackReceiver final : public ReplyReceiver<R> {
 public:
  explicit CallbackReceiver(F callback) : callback_(std::move(callback)) {}
  void ended(const CallEnd& end, std::string_view operation) override {
    if (end.result) {
      callback_(
          this->room.take([&](const Error& why) { return reply_error(operation, end, why); }));
    } else {
      callback_(Result<R>(end.result.error()));
    }
  }

 private:
  F callback_;
};

CallEnd call(const CallTarget& target, const Arguments& arguments, ReplySlot& reply,
             const CallOptions& options);
Result<std::shared_ptr<AsyncCall>> start(const CallTarget& target, const Arguments& arguments,
                                         std::shared_ptr<CallReceiver> receiver,
                                         const CallOptions& options);
/// Waits for its end; false if the time is over before.
bool wait(AsyncCall& call, std::chrono::nanoseconds timeout);
CallEnd await_end(AsyncCall& call);
/// Of a handle that has given its reply, or has no call.
Error waited_already();
void cancel(AsyncCall& call) noexcept;
/// Cancels it, and waits for whoever hears its progress just now.
void leave(AsyncCall& call) noexcept;
bool ended(const AsyncCall& call) noexcept;
RequestId request_id(const AsyncCall& call) noexcept;
/// Keeps the result for a while, for those who ask by request id.
void detach(AsyncCall& call);

template <class R>
Result<R> call_typed(const CallTarget& target, const Arguments& arguments,
                     const CallOptions& options) {
  ReplyRoom<R> room;
  CallEnd end = call(target, arguments, room.slot(), options);
  if (!end.result) return end.result.error();
  return room.take([&](const Error& why) { return reply_error(target, end, why); });
}

}  // namespace detail

}  // namespace modcomm
