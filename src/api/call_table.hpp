// The calls under way, by request id, and for a while the results of those whose callers left.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include <modcomm/call.hpp>

#include "core/guarded.hpp"

namespace modcomm::detail {

/// A call as the table knows it.
class TrackedCall {
 public:
  TrackedCall() = default;
  TrackedCall(const TrackedCall&) = delete;
  TrackedCall& operator=(const TrackedCall&) = delete;
  virtual ~TrackedCall() = default;
  virtual CallInfo info() const = 0;
  /// Ends it with that error, if it has not ended.
  virtual void end(const Error& why) noexcept = 0;
  /// Tells its progress from now on. False if it has ended.
  virtual bool watch(ProgressFunction function) = 0;
  /// False at the deadline.
  virtual bool wait_for_end(SteadyTime deadline) = 0;
  /// Waits for its end. deadline_exceeded / timeout; not_found / no_call where it had just ended.
  virtual Result<CallOutcome> outcome(SteadyTime deadline) = 0;
};

/// not_found / no_call.
Error no_call(RequestId call);
/// deadline_exceeded / timeout, of somebody who waits for its end.
Error call_goes_on(RequestId call);

class CallTable {
 public:
  void add(RequestId id, const std::shared_ptr<TrackedCall>& call);
  void remove(RequestId id);
  std::shared_ptr<TrackedCall> find(RequestId id) const;
  std::vector<std::shared_ptr<TrackedCall>> all() const;

  /// Keeps how a call ended; the oldest make room.
  void keep(RequestId id, CallOutcome outcome, SteadyTime now);
  /// Takes it out; empty if it is not kept, or no longer.
  std::optional<CallOutcome> take_kept(RequestId id, SteadyTime now);

 private:
  struct Kept {
    RequestId id{};
    CallOutcome outcome{};
    SteadyTime until{};
  };
  struct Tables {
    std::map<RequestId, std::shared_ptr<TrackedCall>> under_way{};  // which live until they end
    std::deque<Kept> kept{};
  };

  Guarded<Tables> tables_;
};

}  // namespace modcomm::detail
