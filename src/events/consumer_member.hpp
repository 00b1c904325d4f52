// A handler that takes part in a durable consumer, and the deliveries that it is given.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include <modcomm/consumer.hpp>
#include <modcomm/detail/consumer_handler.hpp>
#include <modcomm/executor.hpp>

#include "bus/slots.hpp"
#include "events/durable_consumer.hpp"

namespace modcomm::detail {

/// One event in the hands of one member; answered once.
class DeliveryCore {
 public:
  DeliveryCore(std::shared_ptr<DurableConsumer> consumer, DeliveryId id, std::uint32_t attempt)
      : consumer_(std::move(consumer)), id_(id), attempt_(attempt) {}

  DurableConsumer& consumer() const noexcept { return *consumer_; }
  DeliveryId id() const noexcept { return id_; }
  std::uint32_t attempt() const noexcept { return attempt_; }
  bool settled() const noexcept { return settled_.load(std::memory_order_acquire); }
  /// aborted / conflict if somebody did before.
  Result<void> settle();

 private:
  const std::shared_ptr<DurableConsumer> consumer_;
  const DeliveryId id_;
  const std::uint32_t attempt_;
  std::atomic<bool> settled_ = false;
};

class ConsumerMember final : public Task,
                             public HandlerOwner,
                             public std::enable_shared_from_this<ConsumerMember> {
 public:
  ConsumerMember(std::shared_ptr<DurableConsumer> consumer, const ModuleIdentity& module,
                 std::unique_ptr<ConsumerHandler> handler, ConsumeOptions options);

  void run() noexcept override;

  std::string_view module() const noexcept { return module_.name; }
  /// "consumer 'billing' of module 'LabRunner'".
  std::string describe() const;
  bool active() const noexcept { return active_.load(std::memory_order_acquire); }
  bool is_running() const noexcept { return consumer_->context().is_running(*this); }
  bool wait_until_idle(SteadyTime deadline) {
    return consumer_->context().wait_until_idle(*this, deadline);
  }

  void close() noexcept;
  Result<void> close_and_wait(std::chrono::nanoseconds timeout);
  /// For other reasons than its handle's: tells `on_end`.
  void end(const Error& why) noexcept;

  // of its consumer, guarded by its lock
  struct {
    MemberId id = 0;
    bool idle = true;            ///< Not posted, and not running.
    std::uint64_t handling = 0;  ///< A sequence; 0: none.
  } place;

 private:
  friend class DurableConsumer;
  void handle(ConsumerWork& work) noexcept;
  /// What became of the event: `passed` if a filter did not let it pass.
  Result<void> try_handler(const Event& event, EventDelivery& delivery, bool& passed);

  const std::shared_ptr<DurableConsumer> consumer_;
  const ModuleIdentity& module_;
  const std::unique_ptr<ConsumerHandler> handler_;
  const ConsumeOptions options_;
  std::atomic<bool> active_ = true;
};

}  // namespace modcomm::detail
