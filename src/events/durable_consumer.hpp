// One durable consumer: its state, its events, and the members that share them.
//
// Threads.   Any. Handlers run without the lock.
// Lifetime.  Members and deliveries hold it; it holds its members until they leave.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <modcomm/consumer.hpp>
#include <modcomm/dead_letter.hpp>
#include <modcomm/executor.hpp>

#include "bus/channel.hpp"
#include "events/consumer_feed.hpp"
#include "events/consumer_state.hpp"

namespace modcomm::detail {

/// What a member is to handle.
struct ConsumerWork {
  Event event;
  DeliveryId id{};
  std::uint32_t attempt = 0;
};

class DurableConsumer final : public std::enable_shared_from_this<DurableConsumer> {
 public:
  struct Parts {
    std::string name{};
    WallTime created{};
    ConsumerOptions options{};
    store::ConsumerPosition position{};
    std::shared_ptr<Channel> channel{};
    std::shared_ptr<EventStore> store{};
    std::function<void()> changed{};  ///< There is something to write; called without the lock.
    bool running = true;
  };
  /// invalid_argument / bad_pattern or validation.
  static Result<std::shared_ptr<DurableConsumer>> make(Parts parts);
  DurableConsumer(Parts parts, Glob pattern);

  const std::string& name() const noexcept { return parts_.name; }
  Context& context() const noexcept { return *parts_.channel->context(); }

  // members
  Result<void> join(const std::shared_ptr<ConsumerMember>& member);
  /// False if it had left before.
  bool leave(ConsumerMember& member);
  /// Empty or one; then the member is idle, and will be called.
  std::vector<ConsumerWork> pull(ConsumerMember& member);
  /// It does not handle this one any more.
  void handled(ConsumerMember& member, DeliveryId id);

  // answers of members: aborted / superseded, failed_precondition / closed
  Result<void> ack(DeliveryId id);
  Result<void> pass(DeliveryId id);
  Result<void> fail(DeliveryId id, std::string error,
                    std::optional<std::chrono::nanoseconds> delay);
  Result<void> extend(DeliveryId id, std::optional<std::chrono::nanoseconds> time);
  Result<void> terminate(DeliveryId id, std::string_view reason, std::string why);

  // what comes from outside
  void stored(std::uint64_t sequence);
  void set_running(bool running);
  /// Looks at the time, and calls members if there is work.
  void tend();
  Result<void> update(const ConsumerOptions& options);
  Result<void> seek(std::uint64_t next);
  Result<void> readmit(const DeadLetter& letter);
  Result<void> wait_until_done(std::chrono::nanoseconds timeout);
  /// Ends its members for that reason; those that it had are given back.
  void close(const Error& why);
  /// Nothing is delivered from now on; answers still count.
  void stop();
  std::vector<std::shared_ptr<ConsumerMember>> members() const;

  // what is written
  struct Changes {
    bool any = false;
    store::ConsumerPosition position{};
    std::vector<DeadLetter> letters{};
  };
  Changes take_changes();
  /// What was taken is on the disk, or has to be taken again.
  void written(const Changes& changes, bool done);
  store::ConsumerRow row() const;
  ConsumerInfo info() const;

 private:
  using Lock = std::unique_lock<std::mutex>;
  class Wakeup;
  enum class Look : std::uint8_t { found, nothing, again };

  Result<void> check_open() const;
  template <class Answer>
  Result<void> answer(DeliveryId id, Answer change);
  /// What is to be done once the lock is released.
  void release(Lock& lock, bool changed);
  Look look(ConsumerMember& member, std::vector<ConsumerWork>& work);
  Look look_again(std::uint64_t sequence, ConsumerMember& member, std::vector<ConsumerWork>& work);
  Look look_ahead(ConsumerMember& member, std::vector<ConsumerWork>& work);
  Look hand_out(Event event, ConsumerMember& member, std::vector<ConsumerWork>& work);
  void tick();
  void bury_all();
  bool bury(std::uint64_t sequence);
  void stall(const Error& error);
  bool has_work(SteadyTime now) const;
  void plan(SteadyTime at);
  void note(std::string error) { counts_.last_error = std::move(error); }

  const Parts parts_;
  mutable std::mutex mutex_;
  std::condition_variable moved_;
  // guarded by mutex_
  ConsumerOptions options_;
  ConsumerState state_;
  ConsumerFeed feed_;
  std::vector<std::shared_ptr<ConsumerMember>> members_;
  MemberId last_member_ = 0;
  std::uint64_t available_ = 0;  // the newest event that is stored
  std::vector<DeadLetter> letters_{};
  std::vector<Notice> notices_{};
  ConsumerInfo counts_{};  // what is counted, and the last error
  SteadyTime planned_ = never;
  TimerId timer_ = 0;
  SteadyTime stalled_until_{};
  bool dirty_ = false;
  bool running_ = true;
  bool stopped_ = false;
  bool closed_ = false;
};

ConsumerRules rules_of(const ConsumerOptions& options);
/// invalid_argument / bad_pattern, bad_name or validation.
Result<Glob> check_consumer(const ConsumerOptions& options);

}  // namespace modcomm::detail
