#include <modcomm/call_context.hpp>

#include "api/api.hpp"
#include "api/call_ids.hpp"
#include "api/call_watch.hpp"
#include "api/stop_signal.hpp"

namespace modcomm {

std::string_view CallContext::operation() const noexcept { return parts_.operation.name(); }

OperationInfo CallContext::info() const { return parts_.operation.info(true); }

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
  return (parts_.stop != nullptr && parts_.stop->requested()) || remaining().count() == 0;
}

std::stop_token CallContext::stop_token() {
  return parts_.stop == nullptr ? std::stop_token() : parts_.stop->token();
}

void CallContext::progress(double fraction, std::string_view text) {
  if (parts_.watch == nullptr) return;
  const Result<void> told = parts_.watch->tell(fraction, text);
  if (told) return;
  parts_.operation.api().context().tell(notice::handler_failed, parts_.operation.name(),
                                        told.error().message());
}

Value& CallContext::values() {
  if (values_ == nullptr) values_ = std::make_unique<Value>();
  return *values_;
}

Result<void> Next::operator()() const {
  return operation_.serve_from(*static_cast<const detail::ChainLinks<CallMiddleware>*>(chain_),
                               position_, call_);
}

}  // namespace modcomm
