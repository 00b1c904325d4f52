// modcomm/call_context.hpp -- what a handler and each middleware see of one call.
//
//   auto registration = lab.provide("ExecuteStep",
//       [](const ExecuteStep& step, modcomm::CallContext& call) -> modcomm::Result<StepResult> {
//         call.progress(0.1, "folder made");
//         if (call.stop_requested()) return modcomm::Error(modcomm::Code::cancelled, ...);
//         return run(step, call.remaining());
//       }).value();
//
// Threads.   Belongs to the thread that runs the handler; `stop_token` may be used from any.
// Lifetime.  Until the handler returns; what it answers as views goes with it.
// Errors.    Conversions answer invalid_argument / does_not_convert with a path.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string_view>
#include <utility>

#include <modcomm/clock.hpp>
#include <modcomm/detail/call_parts.hpp>
#include <modcomm/detail/call_target.hpp>
#include <modcomm/id.hpp>
#include <modcomm/message.hpp>
#include <modcomm/operation.hpp>
#include <modcomm/payload.hpp>
#include <modcomm/result.hpp>

namespace modcomm {

/// How far a call is.
struct CallProgress {
  double fraction = 0;  ///< 0 to 1.
  std::string_view text{};
};

class CallContext {
 public:
  explicit CallContext(detail::CallParts&& parts) noexcept : parts_(std::move(parts)) {}
  CallContext(const CallContext&) = delete;
  CallContext& operator=(const CallContext&) = delete;
  ~CallContext() = default;

  /// "LabRunner.ExecuteStep".
  std::string_view operation() const noexcept;
  /// Its metadata.
  OperationInfo info() const;
  RequestId request_id() const noexcept;
  /// The module that calls.
  std::string_view caller() const noexcept { return parts_.caller; }
  /// 1 is the first.
  std::uint32_t attempt() const noexcept { return parts_.attempt; }
  /// Whether this is no real call, but one that tests the operation.
  bool test() const noexcept { return parts_.test; }
  std::span<const Header> headers() const noexcept { return parts_.headers; }
  /// The value of the first header of that name, or empty. Names are case-sensitive.
  std::string_view header(std::string_view name) const noexcept;
  /// Names the chain of calls that this one belongs to: the request id of the first of them.
  RequestId trace_id() const noexcept;

  /// Of this attempt; calls made in the handler end by then, too.
  SteadyTime deadline() const noexcept { return parts_.deadline; }
  /// Until the deadline; 0 once it has passed.
  std::chrono::nanoseconds remaining() const;
  /// Whether nobody waits for the answer any more: the deadline has passed, or the caller left.
  bool stop_requested() const;
  /// Tells the same without being asked, but for a deadline of an inline operation; that one's is the
  /// token of the handler in which it was called, if any.
  std::stop_token stop_token();
  /// Tells whoever watches the call: its caller, and `Bus::watch_call`. What they throw is theirs.
  void progress(double fraction, std::string_view text = {});

  /// The parameters as a T: themselves, or converted.
  template <class T>
  Result<T> parameters() const {
    return detail::convert<T>(parts_.parameters.ref());
  }
  /// Replaces them for what comes after: middleware further inside, and the handler.
  template <class T>
  void set_parameters(T parameters) {
    parts_.parameters.set(Payload::of(std::move(parameters)));
  }

  /// Answers, or changes the answer. A middleware that answers need not call `next`.
  template <class T>
  void answer(T reply) {
    parts_.reply.put(std::move(reply));
  }
  /// The answer so far as a T; invalid_argument / does_not_convert if there is none.
  template <class T>
  Result<T> reply() const {
    return detail::convert<T>(parts_.reply.ref());
  }

  /// Room for what middleware and handler have to tell each other; null at first.
  Value& values();

  /// For floors above and for handlers made by templates; not for users.
  detail::CallParameters& parameters_slot() noexcept { return parts_.parameters; }
  detail::ReplySlot& reply_slot() noexcept { return parts_.reply; }
  /// Null: the caller cannot leave.
  detail::StopSignal* stop_signal() const noexcept { return parts_.stop; }

 private:
  friend class detail::Operation;

  detail::CallParts parts_;
  bool began_ = false;  // the handler did
  std::unique_ptr<Value> values_{};
};

/// What a middleware calls to go on: the rest of the chain, and the handler.
class Next {
 public:
  /// Once or, after a failure, again; within the middleware only.
  Result<void> operator()() const;

 private:
  friend class detail::Operation;
  Next(detail::Operation& operation, const void* chain, std::size_t position,
       CallContext& call) noexcept
      : operation_(operation), chain_(chain), position_(position), call_(call) {}

  detail::Operation& operation_;
  const void* chain_;
  std::size_t position_;
  CallContext& call_;
};

}  // namespace modcomm
