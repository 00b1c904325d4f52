// modcomm/call.hpp -- calling operations by name.
//
//   modcomm::Result<StepResult> done = config.call<StepResult>(
//       "LabRunner.ExecuteStep", ExecuteStep{.step_name = "CreateVM"}, {.timeout = 5min, .retries = 3});
//
//   auto pending = config.start<StepResult>("LabRunner.ExecuteStep", ExecuteStep{...}).value();
//   ...                                    // dropping it cancels the call
//   modcomm::Result<StepResult> later = pending.wait();
//
//   auto step = config.operation<StepResult>("LabRunner.ExecuteStep").value();   // resolved once
//   modcomm::Result<StepResult> again = step.call(ExecuteStep{...});
//
// Threads.   Every member may be called from any thread, handlers included; one PendingCall belongs
//            to one thread at a time. Callbacks run on a worker, or on the thread that ended the call.
//            A callback is a handler of its bus in what it must not wait for: a handle that it drops
//            does not wait for a run elsewhere (`close_and_wait` does), and it cannot destroy the bus.
// Order.     None between calls.
// Lifetime.  Parameters are moved into a pooled call, since a hung handler outlives its caller; an
//            inline one only looks at them. Dropping a PendingCall cancels its call: the handler
//            sees a stop token, its late result is counted and dropped.
//            A call that a handler makes ends by the handler's deadline, and with cancelled /
//            by_caller when the handler's call is ended without it; a synchronous one hears of that on
//            a worker after 100 ms, and inline between attempts. CallOptions::background frees it of
//            both.
// Errors.    As a Result, with request id and attempts (0: refused before the first, as not valid or on
//            a bus that ends); docs/concepts/errors.md has the table.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/describe.hpp>

#include <modcomm/call_context.hpp>
#include <modcomm/detail/call_target.hpp>
#include <modcomm/message.hpp>
#include <modcomm/result.hpp>

namespace modcomm {

/// Hears how far a call is, on the handler's thread, and nothing once the call has ended: who waits
/// for the end, or drops the PendingCall, waits for one that is hearing. (The callback of call_then
/// may come while one hears.) What it throws is a notice, and does not reach the handler.
using ProgressFunction = std::function<void(const CallProgress& progress)>;

/// How one call is made. Trivially destructible on purpose: docs/coding.md, "GCC 12".
struct CallOptions {
  /// Of the whole call, retries included; 0: as the operation says; nanoseconds::max(): no deadline.
  /// Negative is refused.
  std::chrono::nanoseconds timeout{0};
  std::chrono::nanoseconds attempt_timeout{0};  ///< Of one attempt; 0: no other limit.
  std::optional<std::uint32_t> retries{};       ///< Empty: as the operation says.
  /// Retries also what had begun and is not idempotent; empty: as the operation says.
  std::optional<bool> even_if_begun{};
  /// Of a call that a handler makes: it may go on behind that handler. Neither the handler's deadline
  /// nor the end of its call ends this one; it still belongs to its trace.
  bool background = false;
  bool breaker = true;     ///< False: passes an open breaker, and tells it nothing.
  bool middleware = true;  ///< False: none of it sees the call.
  /// Marks the call for its handler; neither metrics nor breaker nor retry budget hear of it, and it
  /// has one attempt. See Module::test.
  bool test = false;
  /// What fails for good is kept: modcomm/dead_letter.hpp. Not what was refused before it began, and not
  /// what its caller or the end of the bus ended.
  bool dead_letter = false;
  std::span<const Header> headers{};
  const ProgressFunction* on_progress = nullptr;  ///< Copied into the call.
};
static_assert(std::is_trivially_destructible_v<CallOptions>);

/// A call under way.
struct CallInfo {
  std::string request_id{};
  std::string operation{};
  std::string caller{};
  WallTime since{};
  std::chrono::nanoseconds remaining{};  ///< Until its deadline.
  std::uint32_t attempt = 1;
  bool detached = false;
  double progress = 0;
  std::string progress_text{};
};
BOOST_DESCRIBE_STRUCT(CallInfo, (),
                      (request_id, operation, caller, since, remaining, attempt, detached, progress,
                       progress_text))

/// An Error as data.
struct CallFailure {
  std::string code{};
  std::string reason{};
  std::string message{};
  std::string retry{};  ///< Whether trying again may help: no, yes, after_a_while, if_idempotent.
  std::optional<std::chrono::nanoseconds> retry_after{};  ///< What the error asks for.
  std::vector<Fault> faults{};
};
BOOST_DESCRIBE_STRUCT(CallFailure, (), (code, reason, message, retry, retry_after, faults))

/// How a call ended, for callers without types.
struct CallOutcome {
  bool ok = false;
  Value data{};  ///< The reply; null without one.
  std::optional<CallFailure> error{};
  std::string request_id{};
  std::uint32_t attempts = 0;
  std::chrono::nanoseconds duration{};
};
BOOST_DESCRIBE_STRUCT(CallOutcome, (), (ok, data, error, request_id, attempts, duration))

/// How an operation is tested.
struct OperationTestOptions {
  std::chrono::nanoseconds timeout{0};  ///< Of the call; 0: as the operation says.
  bool dry_run = false;                 ///< Stops before the call.
};

/// What a test asks, in this order.
enum class TestStage : std::uint8_t {
  found,       ///< Is there such an operation?
  authorised,  ///< May this module call it?
  valid,       ///< Are these parameters what it takes?
  called,      ///< Did it answer?
};
BOOST_DESCRIBE_ENUM(TestStage, found, authorised, valid, called)

struct StageResult {
  TestStage stage = TestStage::found;
  bool ok = false;
  std::chrono::nanoseconds took{};
  std::optional<CallFailure> error{};  ///< If it is not ok.
};
BOOST_DESCRIBE_STRUCT(StageResult, (), (stage, ok, took, error))

/// What a test found.
struct OperationTest {
  bool ok = false;                    ///< All stages are.
  std::vector<StageResult> stages{};  ///< As far as it came: the first that is not ok is the last.
  Value data{};                       ///< The reply; null without one.
};
BOOST_DESCRIBE_STRUCT(OperationTest, (), (ok, stages, data))

/// A call under way. Dropping it cancels the call.
template <class R>
class [[nodiscard]] PendingCall {
 public:
  PendingCall(std::shared_ptr<detail::AsyncCall> call,
              std::shared_ptr<detail::ReplyReceiver<R>> receiver) noexcept
      : call_(std::move(call)), receiver_(std::move(receiver)) {}
  PendingCall(const PendingCall&) = delete;
  PendingCall& operator=(const PendingCall&) = delete;
  PendingCall(PendingCall&&) noexcept = default;
  PendingCall& operator=(PendingCall&& other) noexcept {
    cancel();
    call_ = std::move(other.call_);
    receiver_ = std::move(other.receiver_);
    return *this;
  }
  ~PendingCall() { cancel(); }

  /// Waits for the end, which the call's own deadline bounds, and for who hears its progress just
  /// then; gives the reply. Once: then, and after `detach`, failed_precondition / closed.
  Result<R> wait() {
    const auto receiver = std::exchange(receiver_, nullptr);
    if (!receiver || !call_) return detail::waited_already();
    const detail::CallEnd end = detail::await_end(*call_);
    if (!end.result) return end.result.error();
    return receiver->room.take(
        [&](const Error& why) { return detail::reply_error(*call_, end, why); });
  }
  /// Whether it ended within this time; then `wait` does not wait.
  bool wait_for(std::chrono::nanoseconds timeout) { return detail::wait(*call_, timeout); }
  bool ready() const noexcept { return detail::ended(*call_); }
  RequestId request_id() const noexcept { return detail::request_id(*call_); }

  /// Ends the call with cancelled / by_caller, if it has not ended.
  void cancel() noexcept {
    if (call_) detail::leave(*call_);
  }
  /// Lets the call go on without its caller. Its result is kept for a while: Bus::await_call.
  RequestId detach() && {
    const std::shared_ptr<detail::AsyncCall> call = std::move(call_);
    detail::detach(*call);
    return detail::request_id(*call);
  }

 private:
  std::shared_ptr<detail::AsyncCall> call_;
  std::shared_ptr<detail::ReplyReceiver<R>> receiver_;
};

/// An operation whose name was resolved once. It goes on working when the operation is replaced.
template <class R>
class Operation {
 public:
  explicit Operation(std::shared_ptr<const detail::CallTarget> target) noexcept
      : target_(std::move(target)) {}

  template <class T>
  [[nodiscard]] Result<R> call(T parameters, const CallOptions& options = {}) const {
    return detail::call_typed<R>(*target_, detail::Arguments::of(parameters), options);
  }
  [[nodiscard]] Result<R> call(const CallOptions& options = {}) const {
    return detail::call_typed<R>(*target_, detail::Arguments::none(), options);
  }

 private:
  std::shared_ptr<const detail::CallTarget> target_;
};

}  // namespace modcomm
