// One channel: its routing, its mailbox, and what is counted.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <modcomm/channel.hpp>
#include <modcomm/glob.hpp>
#include <modcomm/message.hpp>

#include "bus/extra.hpp"
#include "bus/mailbox.hpp"
#include "bus/routing.hpp"
#include "core/middleware_chain.hpp"
#include "observe/counter.hpp"
#include "observe/histogram.hpp"
#include "observe/sampling.hpp"

namespace modcomm::detail {

/// What a record got when it was accepted.
struct Stamp {
  MessageId id{};
  WallTime time{};
  std::optional<WallTime> expires{};
  Priority priority = Priority::normal;
};

class Channel final : public MailboxOwner, public std::enable_shared_from_this<Channel> {
 public:
  static std::shared_ptr<Channel> make(std::shared_ptr<Context> context, std::string name,
                                       ChannelOptions options, bool paused);
  Channel(std::shared_ptr<Context> context, std::string name, ChannelOptions options);
  ~Channel() override;

  const std::string& name() const noexcept { return name_; }
  const ChannelOptions& options() const noexcept { return options_; }
  const std::shared_ptr<Context>& context() const noexcept { return context_; }
  Routing& routing() noexcept { return routing_; }
  const Routing& routing() const noexcept { return routing_; }
  Mailbox& mailbox() noexcept { return *mailbox_; }
  bool closed() const noexcept { return closed_.load(std::memory_order_acquire); }
  /// From now on nobody may publish or subscribe; `close` must follow.
  void mark_closed() noexcept { closed_.store(true, std::memory_order_release); }
  /// It carries events, whose publishers hold a lock: it tells its notices by a task of their own.
  void carry_events() noexcept { carries_events_ = true; }
  bool carries_events() const noexcept { return carries_events_; }
  /// From now on only handlers of this bus may publish: it drains.
  void refuse() noexcept { refusing_.store(true, std::memory_order_release); }

  /// Around this channel alone; `middleware_changed` must follow a change of these or of all.
  MiddlewareChain<PublishMiddleware>& chain(const PublishMiddleware*) noexcept {
    return publishing_;
  }
  MiddlewareChain<DeliveryMiddleware>& chain(const DeliveryMiddleware*) noexcept {
    return delivering_;
  }
  void middleware_changed();
  bool wraps_publishing() const noexcept {
    return wraps_publishing_.load(std::memory_order_acquire);
  }
  bool wraps_delivery() const noexcept { return wraps_delivery_.load(std::memory_order_acquire); }
  /// What is around it now; null: nothing.
  std::shared_ptr<const ChainLinks<PublishMiddleware>> around_publishing();
  std::shared_ptr<const ChainLinks<DeliveryMiddleware>> around_delivery();
  /// From its next message on the subscriber gets what the channel carries.
  void add(const std::shared_ptr<Subscriber>& subscriber);

  /// A type of this channel by its name, checked; null when there are too many to keep.
  Result<TypeEntry*> type(std::string_view type_name);

  /// Takes the record over unless it answers with an error. Type, source and payload are set.
  Result<MessageId> accept(Record* record, const PublishOptions& options, Slot& slot);
  /// Checks and stamps it, and no more.
  Result<MessageId> prepare(Record& record, const PublishOptions& options) const;
  /// Gives it the stamp that it had.
  void revive(Record& record, const Stamp& stamp) const noexcept;

  std::uint64_t clear(const ClearOptions& options, const Glob& types);
  /// Refuses what comes, clears what waits, and ends every subscription for that reason.
  void close(const Error& why);
  /// Every mailbox there is: its own, and those of its concurrent subscriptions.
  std::vector<std::shared_ptr<Mailbox>> mailboxes() const;

  MessageCounts counts() const;
  ChannelInfo info() const;

  void deliver(Batch& batch, Slot& slot) override;
  void slow_changed(bool slow, std::uint64_t dropped) noexcept override;

 private:
  Result<void> check(const Record& record, const PublishOptions& options) const;
  void measure(Record& record) const noexcept;
  MessageId stamp(Record& record, const PublishOptions& options) const noexcept;
  void deliver_inline(Record* record, Slot& slot);
  void deliver_one(Record& record, Slot& slot);
  bool to_subscribers(Record& record, Slot& slot);

  const std::shared_ptr<Context> context_;
  const std::string name_;
  const ChannelOptions options_;
  const WallTime created_;
  bool carries_events_ = false;
  std::atomic<bool> closed_ = false;
  std::atomic<bool> refusing_ = false;
  std::atomic<bool> wraps_publishing_ = false;
  std::atomic<bool> wraps_delivery_ = false;
  std::shared_ptr<Mailbox> mailbox_;
  Routing routing_;

  std::mutex change_mutex_;  // so that the newest change is seen last
  MiddlewareChain<PublishMiddleware> publishing_;
  MiddlewareChain<DeliveryMiddleware> delivering_;
  MergedChain<PublishMiddleware> around_publishing_;
  MergedChain<DeliveryMiddleware> around_delivery_;

  // written by the strand
  Counter routed_;
  Counter unrouted_;
  Sampler sampler_;
  HistogramRecorder queue_time_;
  HistogramRecorder handler_time_;

  Counter inline_unrouted_;  // written by publishers of an inline channel
};

}  // namespace modcomm::detail
