// A synchronous call that a worker runs, from its caller's side. When it takes a while it is listed
// with the calls under way, so that others see what hangs, and can end it.
#pragma once

#include <memory>

#include "api/attempt.hpp"
#include "api/call_flow.hpp"

namespace modcomm::detail {

class WaitedCall {
 public:
  static constexpr std::chrono::milliseconds listed_after{100};

  /// Both outlive it.
  WaitedCall(CallFlow& flow, const std::shared_ptr<PooledCall>& call);
  WaitedCall(const WaitedCall&) = delete;
  WaitedCall& operator=(const WaitedCall&) = delete;
  ~WaitedCall();

  /// Posts an attempt and waits for its end.
  Result<void> run_attempt(bool& began, ReplySlot& reply);
  /// Between attempts. An error: somebody ended the call meanwhile.
  Result<void> pause(SteadyTime until);
  /// Answers those who await it, too, and waits for those who hear its progress.
  void finish(const CallEnd& end, const ReplySlot& reply);

 private:
  class Listed;

  /// Sleeps; false at that time.
  bool park(Parking& parking, SteadyTime until);
  void list();
  bool others_know() const { return listed_ || wants_progress(flow_.options()); }

  CallFlow& flow_;
  const std::shared_ptr<PooledCall>& call_;
  Api& api_;
  std::shared_ptr<Attempt> attempt_{};  // null between attempts
  SteadyTime list_at_ = never;          // never: it is listed
  std::shared_ptr<Listed> listed_{};
  bool finished_ = false;
};

}  // namespace modcomm::detail
