// Marks that this thread runs an operation's handler, so that code called by it knows.
#pragma once

#include "api/operation.hpp"

namespace modcomm::detail {

class CallFrame {
 public:
  CallFrame(const Operation& operation, const CallContext& call) noexcept
      : operation_(operation), call_(call), outer_(top) {
    top = this;
  }
  CallFrame(const CallFrame&) = delete;
  CallFrame& operator=(const CallFrame&) = delete;
  ~CallFrame() { top = outer_; }

  /// Whether this thread is inside that operation's handler.
  static bool runs(const Operation& operation) noexcept;
  /// The call whose handler this thread runs, or null.
  static const CallContext* innermost(const Api& api) noexcept;

 private:
  const Operation& operation_;
  const CallContext& call_;
  const CallFrame* outer_;

  static constinit thread_local const CallFrame* top;
};

}  // namespace modcomm::detail
