#include <cstdio>
#include <cstdlib>

#include <modcomm/bus.hpp>

#include "bus/subscriber.hpp"
#include "engine/engine.hpp"

namespace modcomm {
namespace {

using std::chrono::nanoseconds;

[[noreturn]] void die(const std::string& message) {
  std::fprintf(stderr, "modcomm: %s\n", message.c_str());
  std::terminate();
}

}  // namespace

Bus::Bus(BusOptions options) : Bus(std::make_shared<detail::Engine>(std::move(options))) {}

Bus::Bus(std::shared_ptr<detail::Engine> engine) : engine_(std::move(engine)) {}

Bus::~Bus() {
  if (detail::Frame::inside(engine_->core().context())) {
    die("a Bus was destroyed inside its own handler; destroy it elsewhere, or call stop() there");
  }
  const BusOptions& options = engine_->options();
  const Result<void> stopped = engine_->shut_down(options.shutdown_timeout);
  engine_->api()->forget_operations();
  if (stopped || stopped.error().code() != Code::deadline_exceeded) return;
  if (options.on_hang == OnHang::abort) die(stopped.error().message());
  std::fprintf(stderr, "modcomm: a thread was abandoned: %s\n", stopped.error().message().c_str());
  engine_->core().context().tell(notice::thread_abandoned, "bus", stopped.error().message());
}

Module Bus::module(std::string_view name) { return Module(engine_->module(name, engine_).value()); }

Result<CreatedChannel> Bus::create_channel(std::string_view name, ChannelOptions options) {
  const auto created = engine_->core().create(name, std::move(options));
  if (!created) return created.error();
  return CreatedChannel{.channel = created->channel->info(), .created = created->made};
}

Result<std::uint64_t> Bus::remove_channel(std::string_view name, bool force) {
  return engine_->core().remove(name, force);
}

Result<ChannelInfo> Bus::channel(std::string_view name) const {
  const auto found = engine_->core().find(name);
  if (!found) return found.error();
  return (*found)->info();
}

std::vector<ChannelInfo> Bus::channels() const {
  std::vector<ChannelInfo> all;
  for (const auto& channel : engine_->core().channels()) all.push_back(channel->info());
  return all;
}

ChannelTest Bus::test_channel(std::string_view name, nanoseconds timeout) {
  return engine_->core().test(name, timeout);
}

Result<std::uint64_t> Bus::clear(std::string_view channels, const ClearOptions& options) {
  return engine_->core().clear(channels, options);
}

std::vector<SubscriptionInfo> Bus::subscriptions(const SubscriptionQuery& query) const {
  std::vector<SubscriptionInfo> all;
  for (const auto& subscriber : engine_->core().subscriptions(query)) {
    all.push_back(subscriber->info());
  }
  return all;
}

std::size_t Bus::cancel_subscriptions(const SubscriptionQuery& query) {
  return engine_->core().cancel(query);
}

bool Bus::start_processor() { return engine_->start_processor(); }

StopReport Bus::stop_processor(nanoseconds timeout, bool force) {
  return engine_->stop_processor(timeout, force);
}

StopReport Bus::restart_processor(nanoseconds timeout) {
  StopReport report = stop_processor(timeout);
  start_processor();
  return report;
}

bool Bus::processor_running() const { return engine_->core().running(); }

Result<void> Bus::flush(nanoseconds timeout) { return engine_->flush(timeout); }

void Bus::close() { engine_->refuse(); }

Result<void> Bus::drain(nanoseconds timeout) { return engine_->drain(timeout); }

Result<void> Bus::stop(nanoseconds timeout) { return engine_->shut_down(timeout); }

Result<EventPage> Bus::history(const EventQuery& query) const {
  return engine_->events().find(query);
}

Result<std::uint64_t> Bus::clear_history(const EventQuery& query) {
  return engine_->events().clear(query);
}

EventInfo Bus::events() const { return engine_->events().info(); }

StoreInfo Bus::store() const { return engine_->events().store_info(); }

Result<std::vector<NameCount>> Bus::stored_names(std::size_t limit) const {
  return engine_->events().stored_names(limit);
}

Consumers Bus::consumers() const {
  return Consumers(std::shared_ptr<detail::ConsumerRegistry>(engine_, engine_->consumers().get()));
}

DeadLetters Bus::dead_letters() const {
  return DeadLetters(std::shared_ptr<detail::LetterOffice>(engine_, engine_->letters().get()));
}

BusInfo Bus::info() const {
  detail::Core& core = engine_->core();
  BusInfo info{.running = core.running(),
               .messages = core.message_totals(),
               .deliveries = core.delivery_totals(),
               .channels = channels()};
  for (const detail::ModuleIdentity* module : core.modules()) info.modules.push_back(module->name);
  return info;
}

}  // namespace modcomm
