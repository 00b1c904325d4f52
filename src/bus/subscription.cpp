#include <modcomm/subscription.hpp>

#include "bus/channel.hpp"
#include "bus/subscriber.hpp"

namespace modcomm {
namespace {

Error closed() {
  return {Code::failed_precondition, reason::closed,
          "the subscription is closed, or the handle is empty"};
}

}  // namespace

Subscription::Subscription(std::shared_ptr<detail::Subscriber> subscriber) noexcept
    : subscriber_(std::move(subscriber)) {}

Subscription& Subscription::operator=(Subscription&& other) noexcept {
  if (this != &other) {
    close();
    subscriber_ = std::move(other.subscriber_);
  }
  return *this;
}

Subscription::~Subscription() { close(); }

SubscriptionId Subscription::id() const noexcept { return subscriber_ ? subscriber_->id() : 0; }

bool Subscription::active() const noexcept { return subscriber_ && subscriber_->active(); }

SubscriptionInfo Subscription::info() const {
  return subscriber_ ? subscriber_->info() : SubscriptionInfo{};
}

Result<void> Subscription::add_filter(std::string name, FilterFunction matches, int order) {
  if (!active()) return closed();
  return subscriber_->add_filter(
      {.name = std::move(name), .matches = std::move(matches), .order = order});
}

Result<void> Subscription::remove_filter(std::string_view name) {
  if (!active()) return closed();
  return subscriber_->remove_filter(name);
}

void Subscription::close() noexcept {
  if (subscriber_) subscriber_->close();
}

Result<void> Subscription::close_and_wait(std::chrono::nanoseconds timeout) {
  if (!subscriber_) return closed();
  return subscriber_->close_and_wait(timeout);
}

void Subscription::detach() && noexcept { subscriber_.reset(); }

}  // namespace modcomm
