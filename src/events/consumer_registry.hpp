// All durable consumers of one bus, and how what they know gets to the disk: a moment later, all of it at once.
//
// Threads.   Any.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <modcomm/consumer.hpp>
#include <modcomm/detail/consumer_handler.hpp>

#include "events/durable_consumer.hpp"
#include "events/letter_office.hpp"
#include "store/state_database.hpp"

namespace modcomm::detail {

class ConsumerRegistry final : public std::enable_shared_from_this<ConsumerRegistry> {
 public:
  struct Parts {
    std::shared_ptr<Channel> channel{};
    std::shared_ptr<EventStore> store{};
    std::shared_ptr<store::StateDatabase> state{};
    std::shared_ptr<LetterOffice> office{};
  };
  /// With the consumers that there are; what the log has lost with the power, they have not seen.
  static Result<std::shared_ptr<ConsumerRegistry>> open(Parts parts);
  explicit ConsumerRegistry(Parts parts) : parts_(std::move(parts)) {}

  Result<CreatedConsumer> create(std::string_view name, const ConsumerOptions& options);
  Result<ConsumerInfo> update(std::string_view name, const ConsumerOptions& options);
  Result<std::shared_ptr<DurableConsumer>> find(std::string_view name) const;
  std::vector<ConsumerInfo> list() const;
  Result<void> seek(std::string_view name, const Replay& to);
  Result<void> remove(std::string_view name);
  Result<std::shared_ptr<ConsumerMember>> join(const ModuleIdentity& module, std::string_view name,
                                               std::unique_ptr<ConsumerHandler> handler,
                                               ConsumeOptions options);

  /// A dead letter to its consumer; with that it is a letter no longer.
  Result<void> give_back(const DeadLetter& letter);

  /// On the log's task: members are told elsewhere.
  void stored(std::uint64_t sequence);
  /// As the processor runs.
  void set_running(bool running);
  /// Writes what is to be written, now.
  Result<> write(const std::vector<std::uint64_t>& removed_letters = {});

  /// Nothing is delivered from now on; waits for running handlers. deadline_exceeded / timeout names those
  /// that still run.
  Result<void> stop(SteadyTime deadline);
  /// Ends all members, gives back what they had, and writes for the last time.
  Result<void> close();

 private:
  using Consumer = std::shared_ptr<DurableConsumer>;
  using Lock = std::lock_guard<std::mutex>;
  class News;
  class WriteTurn;

  Context& context() const noexcept { return *parts_.channel->context(); }
  Result<> restore(store::ConsumerRow row, std::uint64_t next_sequence);
  Result<Consumer> make(std::string_view name, WallTime created, ConsumerOptions options,
                        store::ConsumerPosition position);
  Result<void> check_open() const;
  std::vector<Consumer> all() const;
  /// The first sequence that a consumer with these options is to see.
  Result<std::uint64_t> start_of(const Replay& from, const ConsumerOptions& options) const;
  Result<std::uint64_t> start_of_last(std::size_t count, const ConsumerOptions& options) const;
  Result<std::uint64_t> start_at(WallTime time) const;
  void tell_news();
  void changed();
  void plan_write(std::chrono::nanoseconds wait);
  void turn();
  /// `news` gets what is to be told without the lock.
  Result<> write(store::StateChange& change, std::optional<Notice>& news);

  const Parts parts_;
  mutable std::mutex mutex_;
  // guarded by mutex_
  std::map<std::string, Consumer, std::less<>> consumers_;
  bool running_ = true;
  bool closed_ = false;

  std::mutex change_mutex_;   // one creates or removes at a time
  std::mutex write_mutex_;    // one writes at a time
  bool write_fails_ = false;  // guarded by it
  std::atomic<std::uint64_t> newest_ = 0;
  std::atomic<bool> has_consumers_ = false;
  std::atomic<bool> news_posted_ = false;
  std::atomic<bool> write_planned_ = false;
};

}  // namespace modcomm::detail
