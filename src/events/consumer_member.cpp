#include "events/consumer_member.hpp"

#include <algorithm>

#include "bus/dispatch.hpp"
#include "core/from_exception.hpp"

namespace modcomm::detail {
namespace {

ConsumeOptions with_filters_in_order(ConsumeOptions options) {
  std::ranges::stable_sort(options.filters, {}, &EventFilter::order);
  return options;
}

}  // namespace

Result<void> DeliveryCore::settle() {
  if (!settled_.exchange(true, std::memory_order_acq_rel)) return {};
  return Error(Code::aborted, reason::conflict,
               "event " + std::to_string(id_.sequence) + " of consumer '" + consumer_->name() +
                   "' was answered before; one answer counts");
}

ConsumerMember::ConsumerMember(std::shared_ptr<DurableConsumer> consumer,
                               const ModuleIdentity& module,
                               std::unique_ptr<ConsumerHandler> handler, ConsumeOptions options)
    : consumer_(std::move(consumer)),
      module_(module),
      handler_(std::move(handler)),
      options_(with_filters_in_order(std::move(options))) {}

std::string ConsumerMember::describe() const {
  return "consumer '" + consumer_->name() + "' of module '" + module_.name + "'";
}

void ConsumerMember::run() noexcept {
  Context& context = consumer_->context();
  bool more = true;
  {
    const SlotLease slot(context.slots);
    const Frame frame(context, nullptr, *slot);
    do {
      context.show(*slot, this);  // before it is asked whether it is closed
      auto work = consumer_->pull(*this);
      more = !work.empty();
      if (more) handle(work.front());
    } while (more && !context.executor->crowded());
    Dispatch::rest(context, *slot);
  }
  if (more) context.executor->post(shared_from_this());
}

void ConsumerMember::handle(ConsumerWork& work) noexcept {
  const auto core = std::make_shared<DeliveryCore>(consumer_, work.id, work.attempt);
  EventDelivery delivery(core);
  bool passed = false;
  const Result<void> done = try_handler(work.event, delivery, passed);
  if (!core->settled()) {
    if (!done) {
      const Error& error = done.error();
      const bool hopeless = error.reason() == reason::does_not_convert;
      if (core->settle()) {
        hopeless ? consumer_->terminate(work.id, error.reason(), error.to_string())
                 : consumer_->fail(work.id, error.to_string(), error.retry_after());
      }
    } else if (passed && core->settle()) {
      consumer_->pass(work.id);
    } else if (options_.ack == Ack::automatic && core->settle()) {
      consumer_->ack(work.id);
    }
  }
  if (!done)
    consumer_->context().tell(notice::handler_failed, describe(), done.error().to_string());
  consumer_->handled(*this, work.id);
}

Result<void> ConsumerMember::try_handler(const Event& event, EventDelivery& delivery,
                                         bool& passed) {
  try {
    for (const EventFilter& filter : options_.filters) {
      if (filter.matches(event)) continue;
      passed = true;
      return {};
    }
    return handler_->run(event, delivery);
  } catch (...) {
    return from_exception("its handler or filter");
  }
}

void ConsumerMember::close() noexcept {
  consumer_->leave(*this);
  if (Frame::inside(consumer_->context())) return;
  wait_until_idle(never);
}

Result<void> ConsumerMember::close_and_wait(std::chrono::nanoseconds timeout) {
  Context& context = consumer_->context();
  if (Frame::runs(*this)) {
    return Error(Code::failed_precondition, reason::would_block_itself,
                 describe() + ": its own handler cannot wait for itself; use close()");
  }
  consumer_->leave(*this);
  if (wait_until_idle(after(context.clock->now().steady, timeout))) return {};
  return Error(Code::deadline_exceeded, reason::timeout,
               describe() + " is closed, but its handler still runs");
}

void ConsumerMember::end(const Error& why) noexcept {
  if (!consumer_->leave(*this)) return;
  try {
    if (options_.on_end) options_.on_end(why);
  } catch (...) {  // NOLINT(bugprone-empty-catch): it is gone, nobody is left to tell
  }
}

}  // namespace modcomm::detail
