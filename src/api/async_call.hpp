// A call that nobody waits for on its own thread: attempts, deadlines and retries go on by events
// (an attempt ended, a timer came, the caller left), each of which ends or continues it.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>

#include "api/attempt.hpp"
#include "api/call_flow.hpp"
#include "api/caller_left.hpp"

namespace modcomm::detail {

class AsyncCall final : public TrackedCall, public std::enable_shared_from_this<AsyncCall> {
 public:
  AsyncCall(std::shared_ptr<Api> api, std::shared_ptr<PooledCall> shared,
            std::shared_ptr<CallReceiver> receiver, const CallOptions& options, CallPlan plan);
  AsyncCall(const AsyncCall&) = delete;
  AsyncCall& operator=(const AsyncCall&) = delete;
  ~AsyncCall() override;

  /// Ends with the handler in which it is made, if that one's signal is given.
  void begin(StopSignal* stop_of_caller);
  RequestId request_id() const noexcept { return shared_->ids.known(); }
  const std::string& operation_name() const noexcept { return shared_->operation->name(); }
  bool ended() const;
  std::optional<CallEnd> wait(SteadyTime deadline);
  void detach();
  /// Once it has ended: waits for those who are being told its progress. Not on a thread that others
  /// need, since they may take long.
  void wait_until_told() { shared_->watch.wait_until_told(api_->executor()); }

  CallInfo info() const override;
  void end(const Error& why) noexcept override;
  bool watch(ProgressFunction function) override { return shared_->watch.add(std::move(function)); }
  bool wait_for_end(SteadyTime deadline) override { return wait(deadline).has_value(); }
  Result<CallOutcome> outcome(SteadyTime deadline) override;

  Api& api() const noexcept { return *api_; }

 private:
  using Lock = std::unique_lock<std::mutex>;

  void begin_attempt(Lock lock);
  void attempt_ended(std::uint32_t number);
  void attempt_late(std::uint32_t number);
  void settle(Lock lock, const Result<void>& result, const std::shared_ptr<Attempt>& attempt);
  void unlock_and_tell(Lock& lock);
  void finish(Lock lock, const Result<void>& result, const std::shared_ptr<Attempt>& attempt);
  void keep_outcome(const CallEnd& end);
  void set_timer(SteadyTime at, void (AsyncCall::*what)(std::uint32_t number));
  void drop_timer();

  const std::shared_ptr<Api> api_;
  const std::shared_ptr<PooledCall> shared_;
  const std::shared_ptr<CallReceiver> receiver_;
  const CallOptions options_;  // without views: headers and progress stand in `shared_`

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // guarded by mutex_
  CallFlow flow_;
  std::shared_ptr<Attempt> attempt_{};
  TimerId timer_ = 0;
  bool detached_ = false;
  std::optional<CallEnd> end_{};  // set once, with took_: neither changes any more
  bool told_ = false;             // the end is for everybody to see
  std::chrono::nanoseconds took_{};

  std::optional<std::stop_callback<CallerLeft<AsyncCall>>> caller_left_{};
};

}  // namespace modcomm::detail
