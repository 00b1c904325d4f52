// The store of one bus: the log of its events, the index over it, and how both fare.
//
// Threads.   Any.
// Errors.    As modcomm/store.hpp says; of each append as store/event_log.hpp says.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <modcomm/notice.hpp>
#include <modcomm/store.hpp>

#include "core/guarded.hpp"
#include "store/event_index.hpp"
#include "store/event_log.hpp"

namespace modcomm::detail {

class EventStore final : public std::enable_shared_from_this<EventStore> {
 public:
  /// `index` is the file of the index.
  static Result<std::shared_ptr<EventStore>> open(const std::shared_ptr<store::Files>& files,
                                                  const std::string& index,
                                                  const StoreOptions& options,
                                                  store::LogParts parts);
  EventStore(std::shared_ptr<store::EventLog> log, std::unique_ptr<store::EventIndex> index)
      : log_(std::move(log)), index_(std::move(index)) {}

  /// The waiter is told on the log's task, in the order of the sequences.
  void append(std::string_view body, Durability wanted,
              std::unique_ptr<store::AppendWaiter> waiter);
  /// Counts what became of an event. A notice if the store begins or ends to refuse.
  std::optional<Notice> note(const Result<store::LogReceipt>& receipt);

  /// Has the index follow the log, on that executor, if it is far behind that event.
  void index_if_behind(std::uint64_t sequence, Executor& executor);

  store::LogExtent extent() const { return log_->extent(); }
  /// Of rows in their order; the body of one is given to `take`.
  template <class Take>
  Result<> read(const std::vector<store::IndexRow>& rows, Take take) const;
  Result<std::vector<store::IndexRow>> find(const store::IndexQuery& query);
  Result<std::vector<store::WordCount>> names(std::size_t limit);
  Result<std::vector<store::SequenceRange>> cleared();
  /// Rises whenever there may be more of them.
  std::uint64_t clearings() const noexcept { return clearings_.load(std::memory_order_acquire); }
  /// The stored event with that sequence; not_found / no_event where there is none, or none any more.
  Result<std::string> body_of(std::uint64_t sequence);
  /// What a look at the log found damaged since this was asked last.
  std::vector<Error> take_damage();
  /// For people.
  Error describe(const store::Damage& damage) const {
    return store::damage_error(*log_->files(), damage);
  }
  /// The index shows them no longer, once `done` is called.
  void clear(const std::vector<store::SequenceRange>& ranges, store::AppendDone done);

  StoreInfo info() const;
  Result<> close(SteadyTime deadline);

 private:
  class CatchUp;
  struct Health {
    std::uint64_t waiting = 0;
    std::uint64_t stored = 0;
    std::uint64_t failed = 0;
    std::string failure{};
    std::vector<std::string> damage{};  // beside what opening found
  };

  Result<> catch_up() { return index_->catch_up(log_->extent()); }

  const std::shared_ptr<store::EventLog> log_;
  const std::unique_ptr<store::EventIndex> index_;
  std::atomic<bool> catching_up_ = false;
  std::atomic<std::uint64_t> clearings_ = 0;
  Guarded<Health> health_;
};

template <class Take>
Result<> EventStore::read(const std::vector<store::IndexRow>& rows, Take take) const {
  const store::LogExtent extent = log_->extent();
  for (const store::IndexRow& row : rows) {
    const auto body = store::read_body(*log_->files(), extent, row.position);
    if (!body) return body.error();
    if (Result<> taken = take(row.sequence, *body); !taken) return taken;
  }
  return {};
}

}  // namespace modcomm::detail
