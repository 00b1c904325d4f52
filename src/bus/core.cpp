#include "bus/core.hpp"

#include <algorithm>

#include <modcomm/name.hpp>

#include "bus/subscriber.hpp"

namespace modcomm::detail {
namespace {

using std::chrono::nanoseconds;

std::string quoted(std::string_view name) { return "'" + std::string(name) + "'"; }

bool fits(const SubscriptionQuery& query, const Subscriber& subscriber) {
  return (!query.id || *query.id == subscriber.id()) &&
         (query.channel.empty() || query.channel == subscriber.channel().name()) &&
         (query.module.empty() || query.module == subscriber.module().name) &&
         (query.pattern.empty() || query.pattern == subscriber.pattern().pattern());
}

Error invalid(std::string message) {
  return {Code::invalid_argument, reason::validation, std::move(message)};
}

}  // namespace

Core::Core(std::shared_ptr<Context> context, bool auto_create)
    : context_(std::move(context)),
      auto_create_(auto_create),
      events_(Channel::make(context_, "Events", {.description = "events"}, false)) {
  events_->carry_events();
  create("Events", {.description = "events of all modules"}).value();
}

/// A subscription that was in use when it was removed holds its channel until it is collected.
Core::~Core() {
  collect_departed();
  for (const auto& channel : all_channels()) channel->routing().collect();
}

// ---- channels ----

Result<void> Core::check(std::string_view name, const ChannelOptions& options) {
  if (auto ok = check_name("channel", name); !ok) return ok.error();
  const std::string channel = "channel " + quoted(name);
  if (options.capacity == 0) return invalid(channel + ": capacity must be at least 1");
  if (options.max_bytes == 0) return invalid(channel + ": max_bytes must be at least 1");
  if (options.overflow > Overflow::conflate) return invalid(channel + ": overflow is none of them");
  if (options.delivery > Delivery::inline_) return invalid(channel + ": delivery is none of them");
  if (options.default_ttl < nanoseconds(0)) {
    return invalid(channel + ": default_ttl is negative; give a duration, or 0 for none");
  }
  if (options.block_for < nanoseconds(0)) {
    return invalid(channel + ": block_for is negative; give a duration, or 0 to refuse at once");
  }
  return {};
}

Result<Core::Created> Core::create(std::string_view name, ChannelOptions options) {
  if (auto ok = check(name, options); !ok) return ok.error();
  std::shared_ptr<Channel> made;
  {
    const Lock lock(mutex_);
    if (closed_) return closed();
    if (const auto found = channels_.find(name); found != channels_.end()) {
      if (found->second->options() == options) return Created{.channel = found->second};
      return Error(Code::already_exists, reason::other_options,
                   "channel " + quoted(name) +
                       " exists with other options; remove it first, or use another name");
    }
    made = Channel::make(context_, std::string(name), std::move(options), !running_);
    channels_.emplace(name, made);
  }
  made->middleware_changed();  // what changed before it could be found
  context_->tell(notice::channel_created, std::string(name), {});
  return Created{.channel = std::move(made), .made = true};
}

Result<std::uint64_t> Core::remove(std::string_view name, bool force) {
  if (name == "Events") {
    return Error(Code::failed_precondition, reason::in_use,
                 "channel 'Events' is in every bus; clear it, or leave it unused");
  }
  std::shared_ptr<Channel> channel;
  {
    const Lock lock(mutex_);
    const auto found = channels_.find(name);
    if (found == channels_.end()) return missing(name);
    const std::size_t subscriptions = found->second->routing().size();
    const std::uint64_t queued = found->second->counts().queued;
    if (!force && (subscriptions > 0 || queued > 0)) {
      return Error(Code::failed_precondition, reason::in_use,
                   "channel " + quoted(name) + " is in use (" + std::to_string(subscriptions) +
                       " subscriptions, " + std::to_string(queued) +
                       " messages); force the removal, or end its use first");
    }
    channel = found->second;
    channel->mark_closed();
    departed_.push_back(channel);
    channels_.erase(found);
  }
  const std::uint64_t cleared_before = channel->counts().cleared;
  channel->close(Error(Code::cancelled, reason::shutdown,
                       "channel " + quoted(name) + " was removed, and its subscriptions with it"));
  context_->tell(notice::channel_removed, std::string(name), {});
  const std::uint64_t cleared = channel->counts().cleared - cleared_before;
  channel.reset();
  fold_departed();
  return cleared;
}

void Core::collect_departed() {
  SharedLock lock(mutex_);
  const auto removed = departed_;
  lock.unlock();
  for (const auto& channel : removed) channel->routing().collect();
}

/// Forgets removed channels that nobody uses any more; only their counts stay.
void Core::fold_departed() {
  collect_departed();
  std::vector<std::shared_ptr<Channel>> quiet;  // die after the lock
  const Lock lock(mutex_);
  const auto busy = [](const auto& channel) { return channel.use_count() > 1; };
  const auto first = std::stable_partition(departed_.begin(), departed_.end(), busy);
  for (auto channel = first; channel != departed_.end(); ++channel) {
    departed_messages_ += (*channel)->counts();
    departed_deliveries_ += (*channel)->routing().totals();
    quiet.push_back(std::move(*channel));
  }
  departed_.erase(first, departed_.end());
}

Result<std::shared_ptr<Channel>> Core::find(std::string_view name) const {
  const SharedLock lock(mutex_);
  const auto found = channels_.find(name);
  if (found == channels_.end()) return closed_ ? closed() : missing(name);
  return found->second;
}

Result<std::shared_ptr<Channel>> Core::find_or_create(std::string_view name) {
  for (;;) {
    if (auto found = find(name)) return found;
    auto created = create(name, {});
    if (created) return created->channel;
    if (created.error().code() != Code::already_exists) return created.error();
  }
}

Result<std::shared_ptr<Channel>> Core::find_to_publish(std::string_view name) {
  return auto_create_ ? find_or_create(name) : find(name);
}

Result<std::shared_ptr<Channel>> Core::find_to_subscribe(std::string_view name) {
  return find_or_create(name);
}

std::vector<std::shared_ptr<Channel>> Core::all_channels() const {
  auto all = channels();
  all.push_back(events_);
  return all;
}

std::vector<std::shared_ptr<Channel>> Core::channels() const {
  const SharedLock lock(mutex_);
  std::vector<std::shared_ptr<Channel>> all;
  for (const auto& [name, channel] : channels_) all.push_back(channel);
  return all;
}

Result<std::uint64_t> Core::clear(std::string_view channels, const ClearOptions& options) {
  const auto types = Glob::compile(options.type);
  if (!types) return types.error();
  if (channels.find_first_of("*?[") == std::string_view::npos) {
    const auto found = find(channels);
    if (!found) return found.error();
    return (*found)->clear(options, *types);
  }
  const auto names = Glob::compile(channels);
  if (!names) return names.error();
  std::uint64_t cleared = 0;
  for (const auto& channel : this->channels()) {
    if (names->matches(channel->name())) cleared += channel->clear(options, *types);
  }
  return cleared;
}

MessageCounts Core::message_totals() const {
  const SharedLock lock(mutex_);
  MessageCounts totals = departed_messages_;
  for (const auto& channel : departed_) totals += channel->counts();
  for (const auto& [name, channel] : channels_) totals += channel->counts();
  return totals;
}

DeliveryCounts Core::delivery_totals() const {
  const SharedLock lock(mutex_);
  DeliveryCounts totals = departed_deliveries_;
  for (const auto& channel : departed_) totals += channel->routing().totals();
  for (const auto& [name, channel] : channels_) totals += channel->routing().totals();
  return totals;
}

Error Core::missing(std::string_view name) {
  return {Code::not_found, reason::no_channel,
          "there is no channel " + quoted(name) + "; create it, or turn auto_create on"};
}

Error Core::closed() {
  return {Code::failed_precondition, reason::closed, "the bus is closed and takes no new work"};
}

// ---- modules and subscriptions ----

Result<const ModuleIdentity*> Core::module(std::string_view name) {
  if (auto ok = check_name("module", name); !ok) return ok.error();
  const ModuleIdentity* joined = nullptr;
  {
    const auto modules = context_->modules.lock();
    if (const auto found = modules->find(name); found != modules->end()) return found->second.get();
    auto identity = std::make_unique<ModuleIdentity>(ModuleIdentity{std::string(name)});
    joined = identity.get();
    modules->emplace(name, std::move(identity));
  }
  context_->tell(notice::module_joined, std::string(name), {});
  return joined;
}

std::vector<const ModuleIdentity*> Core::modules() const {
  std::vector<const ModuleIdentity*> all;
  const auto modules = context_->modules.lock();
  for (const auto& [name, identity] : *modules) all.push_back(identity.get());
  return all;
}

Result<Glob> Core::check_subscription(std::string_view pattern,
                                      const SubscribeOptions& options) const {
  if (options.concurrent && (options.capacity == 0 || options.max_bytes == 0)) {
    return invalid("a concurrent subscription needs a capacity and max_bytes of at least 1");
  }
  if (options.overflow > Overflow::conflate) return invalid("overflow is none of them");
  if (options.block_for < nanoseconds(0)) {
    return invalid("block_for is negative; give a duration, or 0 to drop at once");
  }
  if (auto ok = check_redelivery(options.redelivery); !ok) return ok.error();
  for (const Filter& filter : options.filters) {
    if (auto ok = check_filter(filter); !ok) return ok.error();
    if (std::ranges::count(options.filters, filter.name, &Filter::name) > 1) {
      return Error(Code::already_exists, reason::name_taken,
                   "two filters are named '" + filter.name + "'; give each a name of its own");
    }
  }
  const bool ignore_case = options.ignore_case.value_or(context_->options.ignore_case);
  return Glob::compile(pattern, ignore_case ? Case::ignored : Case::sensitive);
}

Result<std::shared_ptr<Subscriber>> Core::subscribe(const ModuleIdentity& module,
                                                    std::string_view channel,
                                                    std::string_view pattern,
                                                    std::unique_ptr<Handler> handler,
                                                    SubscribeOptions options) {
  auto glob = check_subscription(pattern, options);
  if (!glob) return glob.error();
  SharedLock lock(mutex_, std::defer_lock);
  auto found = find_to_subscribe(channel);
  for (;;) {
    if (!found) return found.error();
    lock.lock();  // so that start, stop and remove see it, or it sees them
    if (closed_) return closed();
    if (!(*found)->closed()) break;
    lock.unlock();
    found = find_to_subscribe(channel);  // it was removed meanwhile
  }
  auto subscriber = Subscriber::make({.id = ++last_subscription_,
                                      .module = &module,
                                      .pattern = std::move(*glob),
                                      .handler = std::move(handler),
                                      .options = std::move(options),
                                      .channel = *found},
                                     !running_);
  (*found)->add(subscriber);
  lock.unlock();
  announce(*subscriber);
  return subscriber;
}

Result<std::shared_ptr<Subscriber>> Core::add_event_handler(const ModuleIdentity& module,
                                                            Glob pattern,
                                                            std::unique_ptr<Handler> handler,
                                                            SubscribeOptions options, bool held) {
  const SharedLock lock(mutex_);  // so that start and stop see it, or it sees them
  if (closed_) return closed();
  auto subscriber = Subscriber::make({.id = ++last_subscription_,
                                      .module = &module,
                                      .pattern = std::move(pattern),
                                      .handler = std::move(handler),
                                      .options = std::move(options),
                                      .channel = events_,
                                      .held = held},
                                     !running_);
  events_->add(subscriber);
  return subscriber;
}

void Core::announce(const Subscriber& subscriber) const {
  context_->tell(notice::subscription_added, subscriber.describe(), subscriber.module().name);
}

std::vector<std::shared_ptr<Subscriber>> Core::subscriptions(const SubscriptionQuery& query) const {
  std::vector<std::shared_ptr<Subscriber>> matching;
  for (const auto& channel : all_channels()) {
    std::ranges::copy_if(channel->routing().subscribers(), std::back_inserter(matching),
                         [&](const auto& subscriber) { return fits(query, *subscriber); });
  }
  std::ranges::sort(matching, {}, [](const auto& subscriber) { return subscriber->id(); });
  return matching;
}

void Core::middleware_changed() {
  for (const auto& channel : channels()) channel->middleware_changed();
}

std::size_t Core::cancel(const SubscriptionQuery& query) {
  const auto matching = subscriptions(query);
  for (const auto& subscriber : matching) {
    subscriber->end(Error(Code::cancelled, reason::by_caller, "the subscription was cancelled"));
  }
  return matching.size();
}

}  // namespace modcomm::detail
