// All channels of one bus, the processor that serves them, and who is on board.
#pragma once

#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <vector>

#include <modcomm/channel.hpp>
#include <modcomm/detail/handler.hpp>
#include <modcomm/subscription.hpp>

#include "bus/channel.hpp"
#include "bus/context.hpp"

namespace modcomm::detail {

class Core {
 public:
  Core(std::shared_ptr<Context> context, bool auto_create);
  ~Core();
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  Context& context() const noexcept { return *context_; }
  const std::shared_ptr<Context>& shared_context() const noexcept { return context_; }

  // channels
  struct Created {
    std::shared_ptr<Channel> channel;
    bool made = false;
  };
  Result<Created> create(std::string_view name, ChannelOptions options);
  Result<std::uint64_t> remove(std::string_view name, bool force);
  Result<std::shared_ptr<Channel>> find(std::string_view name) const;
  Result<std::shared_ptr<Channel>> find_to_publish(std::string_view name);
  Result<std::shared_ptr<Channel>> find_to_subscribe(std::string_view name);
  std::vector<std::shared_ptr<Channel>> channels() const;
  Result<std::uint64_t> clear(std::string_view channels, const ClearOptions& options);
  ChannelTest test(std::string_view name, std::chrono::nanoseconds timeout);
  MessageCounts message_totals() const;
  DeliveryCounts delivery_totals() const;

  // modules and subscriptions
  Result<const ModuleIdentity*> module(std::string_view name);
  std::vector<const ModuleIdentity*> modules() const;
  Result<std::shared_ptr<Subscriber>> subscribe(const ModuleIdentity& module,
                                                std::string_view channel, std::string_view pattern,
                                                std::unique_ptr<Handler> handler,
                                                SubscribeOptions options);
  std::vector<std::shared_ptr<Subscriber>> subscriptions(const SubscriptionQuery& query) const;
  std::size_t cancel(const SubscriptionQuery& query);

  /// The pattern as a glob, if a handler can be attached so.
  Result<Glob> check_subscription(std::string_view pattern, const SubscribeOptions& options) const;

  // events
  /// What carries them; no channel for messages.
  const std::shared_ptr<Channel>& events() const noexcept { return events_; }
  /// Tells nobody; `announce` must follow. With `held` its mailbox must be released.
  Result<std::shared_ptr<Subscriber>> add_event_handler(const ModuleIdentity& module, Glob pattern,
                                                        std::unique_ptr<Handler> handler,
                                                        SubscribeOptions options, bool held);
  void announce(const Subscriber& subscriber) const;
  /// Around all channels.
  void middleware_changed();

  // the processor
  bool start();
  StopReport stop(std::chrono::nanoseconds timeout, bool force);
  bool running() const;
  /// Waits until everything accepted so far has been delivered.
  Result<void> flush(std::chrono::nanoseconds timeout);

  // the end
  /// Refuses new work, except from handlers.
  void refuse();
  /// Refuses, and delivers what was accepted.
  Result<void> drain(std::chrono::nanoseconds timeout);
  /// Drains, ends every subscription and stops the threads, if they are ours.
  Result<void> shut_down(std::chrono::nanoseconds timeout, bool stop_executor);

 private:
  using Channels = std::map<std::string, std::shared_ptr<Channel>, std::less<>>;
  using Lock = std::unique_lock<std::shared_mutex>;
  using SharedLock = std::shared_lock<std::shared_mutex>;

  void collect_departed();
  void fold_departed();
  static Result<void> check(std::string_view name, const ChannelOptions& options);
  /// Those for messages, and the one for events.
  std::vector<std::shared_ptr<Channel>> all_channels() const;
  Result<std::shared_ptr<Channel>> find_or_create(std::string_view name);
  static Error missing(std::string_view name);
  static Error closed();
  std::vector<std::shared_ptr<Mailbox>> mailboxes() const;
  void switch_mailboxes();
  bool wait_for_handlers(SteadyTime deadline) const;
  std::vector<std::string> running_handlers() const;
  bool flush_until(SteadyTime deadline) const;
  bool drain_until(SteadyTime deadline) const;
  bool wait_for_strands(SteadyTime deadline) const;
  Error hung(std::string_view what) const;

  const std::shared_ptr<Context> context_;
  const bool auto_create_;
  const std::shared_ptr<Channel> events_;

  mutable std::shared_mutex mutex_;
  // guarded by mutex_
  Channels channels_;
  std::vector<std::shared_ptr<Channel>> departed_;  // removed, and perhaps still delivering
  MessageCounts departed_messages_;                 // of those that were removed before them
  DeliveryCounts departed_deliveries_;
  bool running_ = true;
  std::uint64_t switches_ = 0;  // how often `running_` was set
  bool closed_ = false;

  std::atomic<SubscriptionId> last_subscription_ = 0;
};

}  // namespace modcomm::detail
