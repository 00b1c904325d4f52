#include <modcomm/consumer.hpp>

#include "events/consumer_member.hpp"
#include "events/consumer_registry.hpp"
#include "events/letter_office.hpp"

namespace modcomm {
namespace {

Error no_consumers() {
  return {Code::failed_precondition, reason::durability_unavailable,
          "durable consumers need a store; give BusOptions::store a folder"};
}

}  // namespace

// ---- deliveries ----

std::uint32_t EventDelivery::attempt() const noexcept { return core_->attempt(); }

bool EventDelivery::settled() const noexcept { return core_->settled(); }

Result<void> EventDelivery::ack() const {
  if (auto first = core_->settle(); !first) return first;
  return core_->consumer().ack(core_->id());
}

Result<void> EventDelivery::nak(std::optional<std::chrono::nanoseconds> delay,
                                std::string_view error) const {
  if (auto first = core_->settle(); !first) return first;
  return core_->consumer().fail(core_->id(), std::string(error), delay);
}

Result<void> EventDelivery::extend(std::optional<std::chrono::nanoseconds> time) const {
  if (time && *time <= std::chrono::nanoseconds(0)) {
    return Error(Code::invalid_argument, reason::validation, "time: must be more than 0");
  }
  return core_->consumer().extend(core_->id(), time);
}

Result<void> EventDelivery::terminate(std::string_view reason) const {
  if (auto first = core_->settle(); !first) return first;
  return core_->consumer().terminate(core_->id(), "terminated", std::string(reason));
}

// ---- members ----

Membership::Membership(std::shared_ptr<detail::ConsumerMember> member) noexcept
    : member_(std::move(member)) {}

Membership& Membership::operator=(Membership&& other) noexcept {
  if (this != &other) {
    close();
    member_ = std::move(other.member_);
  }
  return *this;
}

Membership::~Membership() { close(); }

bool Membership::active() const noexcept { return member_ && member_->active(); }

void Membership::close() noexcept {
  if (member_) member_->close();
}

Result<void> Membership::close_and_wait(std::chrono::nanoseconds timeout) {
  if (member_) return member_->close_and_wait(timeout);
  return Error(Code::failed_precondition, reason::closed, "the handle is empty");
}

void Membership::detach() && noexcept { member_.reset(); }

// ---- consumers ----

Consumers::Consumers(std::shared_ptr<detail::ConsumerRegistry> registry) noexcept
    : registry_(std::move(registry)) {}

Result<CreatedConsumer> Consumers::create(std::string_view name,
                                          const ConsumerOptions& options) const {
  return registry_ ? registry_->create(name, options) : no_consumers();
}

Result<ConsumerInfo> Consumers::update(std::string_view name,
                                       const ConsumerOptions& options) const {
  return registry_ ? registry_->update(name, options) : no_consumers();
}

Result<ConsumerInfo> Consumers::describe(std::string_view name) const {
  if (!registry_) return no_consumers();
  const auto found = registry_->find(name);
  if (!found) return found.error();
  return (*found)->info();
}

std::vector<ConsumerInfo> Consumers::list() const {
  return registry_ ? registry_->list() : std::vector<ConsumerInfo>();
}

Result<void> Consumers::seek(std::string_view name, const Replay& to) const {
  return registry_ ? registry_->seek(name, to) : no_consumers();
}

Result<void> Consumers::remove(std::string_view name) const {
  return registry_ ? registry_->remove(name) : no_consumers();
}

Result<void> Consumers::wait_until_done(std::string_view name,
                                        std::chrono::nanoseconds timeout) const {
  if (!registry_) return no_consumers();
  const auto found = registry_->find(name);
  if (!found) return found.error();
  return (*found)->wait_until_done(timeout);
}

}  // namespace modcomm
