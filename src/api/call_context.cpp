#include <modcomm/call_context.hpp>

#include "api/api.hpp"
#include "api/call_ids.hpp"

namespace modcomm {

std::string_view CallContext::operation() const noexcept { return parts_.operation.name(); }

OperationInfo CallContext::info() const { return parts_.operation.info(); }

RequestId CallContext::request_id() const noexcept { return parts_.ids.request_id(); }

RequestId CallContext::trace_id() const noexcept { return parts_.ids.trace_id(); }

std::string_view CallContext::header(std::string_view name) const noexcept {
  for (const Header& header : parts_.headers) {
    if (header.name == name) return header.value;
  }
  return {};
}

std::chrono::nanoseconds CallContext::remaining() const {
  if (parts_.deadline == never) return std::chrono::nanoseconds::max();
  const SteadyTime now = parts_.operation.api().now().steady;
  return now < parts_.deadline ? parts_.deadline - now : std::chrono::nanoseconds(0);
}

bool CallContext::stop_requested() const {
  return (parts_.control != nullptr && parts_.control->stop_requested()) ||
         remaining().count() == 0;
}

std::stop_token CallContext::stop_token() {
  return parts_.control == nullptr ? std::stop_token() : parts_.control->token();
}

void CallContext::progress(double fraction, std::string_view text) {
  if (parts_.control != nullptr) parts_.control->progress(fraction, text);
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

void CallControl::progress(double fraction, std::string_view text) {
  const double within = fraction > 0 ? std::min(fraction, 1.0) : 0.0;
  *progress_.lock() = {within, std::string(text)};
  if (on_progress_ && !stop_requested()) on_progress_({.fraction = within, .text = text});
}

}  // namespace detail
}  // namespace modcomm
