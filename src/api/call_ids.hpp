// The ids of one call, made when somebody asks for them: most calls on their caller's thread are
// never asked.
#pragma once

#include <modcomm/call_context.hpp>

#include "core/id_source.hpp"

namespace modcomm::detail {

/// Belongs to the thread that the call is on; once it is `settled`, to all.
class CallIds {
 public:
  /// `outer` is the call in whose handler this one is made, or null.
  CallIds(Clock& clock, const CallContext* outer) noexcept : clock_(clock), outer_(outer) {}

  RequestId request_id() noexcept {
    if (request_id_ == RequestId{}) request_id_ = next_id(clock_.now().wall);
    return request_id_;
  }
  RequestId trace_id() noexcept {
    if (trace_id_ == RequestId{}) trace_id_ = outer_ ? outer_->trace_id() : request_id();
    return trace_id_;
  }

  /// Only while its handler runs.
  const CallContext* outer() const noexcept { return outer_; }

  /// The request id, if somebody asked for it, else zero.
  RequestId known() const noexcept { return request_id_; }
  /// The same with both ids made, which needs `outer` no more.
  CallIds settled() noexcept {
    request_id();
    trace_id();
    return *this;
  }

 private:
  Clock& clock_;
  const CallContext* outer_;
  RequestId request_id_{};
  RequestId trace_id_{};
};

}  // namespace modcomm::detail
