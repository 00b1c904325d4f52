#include <modcomm/call_context.hpp>

#include "api/api.hpp"
#include "api/call_frame.hpp"

namespace modcomm {

CallContext::CallContext(const detail::CallParts& parts) noexcept
    : operation_(parts.operation),
      control_(parts.control),
      parameters_(parts.parameters),
      reply_(parts.reply),
      caller_(parts.caller),
      headers_(parts.headers),
      request_id_(parts.request_id),
      trace_id_(parts.trace_id),
      deadline_(parts.deadline),
      attempt_(parts.attempt) {}

CallContext::~CallContext() = default;

std::string_view CallContext::operation() const noexcept { return operation_.name(); }

OperationInfo CallContext::info() const { return operation_.info(); }

std::string_view CallContext::header(std::string_view name) const noexcept {
  for (const Header& header : headers_) {
    if (header.name == name) return header.value;
  }
  return {};
}

std::chrono::nanoseconds CallContext::remaining() const {
  if (deadline_ == never) return std::chrono::nanoseconds::max();
  const SteadyTime now = operation_.api().now().steady;
  return now < deadline_ ? deadline_ - now : std::chrono::nanoseconds(0);
}

bool CallContext::stop_requested() const {
  return (control_ != nullptr && control_->stop_requested()) || remaining().count() == 0;
}

std::stop_token CallContext::stop_token() {
  return control_ == nullptr ? std::stop_token() : control_->token();
}

void CallContext::progress(double fraction, std::string_view text) {
  if (control_ != nullptr) control_->progress(fraction, text);
}

Value& CallContext::values() {
  if (values_ == nullptr) values_ = std::make_unique<Value>();
  return *values_;
}

Result<void> Next::operator()() const {
  return operation_.serve_from(*static_cast<const detail::ChainLinks<CallMiddleware>*>(chain_),
                               position_, call_);
}

namespace detail {

constinit thread_local const CallFrame* CallFrame::top = nullptr;

bool CallFrame::runs(const Operation& operation) noexcept {
  for (const CallFrame* frame = top; frame != nullptr; frame = frame->outer_) {
    if (&frame->operation_ == &operation) return true;
  }
  return false;
}

const CallContext* CallFrame::innermost(const Api& api) noexcept {
  for (const CallFrame* frame = top; frame != nullptr; frame = frame->outer_) {
    if (&frame->operation_.api() == &api) return &frame->call_;
  }
  return nullptr;
}

void CallControl::progress(double fraction, std::string_view text) {
  const double within = fraction > 0 ? std::min(fraction, 1.0) : 0.0;
  *progress_.lock() = {within, std::string(text)};
  if (on_progress_ && !stop_requested()) on_progress_({.fraction = within, .text = text});
}

}  // namespace detail
}  // namespace modcomm
