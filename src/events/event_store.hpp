// The store of one bus: the log of its events, and how it fares.
//
// Threads.   Any.
// Errors.    As modcomm/store.hpp says; of each append as store/event_log.hpp says.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <modcomm/notice.hpp>
#include <modcomm/store.hpp>

#include "core/guarded.hpp"
#include "store/event_log.hpp"

namespace modcomm::detail {

class EventStore {
 public:
  static Result<std::shared_ptr<EventStore>> open(const std::shared_ptr<store::Files>& files,
                                                  const StoreOptions& options,
                                                  store::LogParts parts);
  explicit EventStore(std::shared_ptr<store::EventLog> log) : log_(std::move(log)) {}

  /// `done` runs on the log's task, in the order of the sequences.
  void append(std::string body, Durability wanted, store::AppendDone done);
  /// Counts what became of an event. A notice if the store begins or ends to refuse.
  std::optional<Notice> note(const Result<store::LogReceipt>& receipt);

  store::LogExtent extent() const { return log_->extent(); }
  StoreInfo info() const;
  Result<> close(SteadyTime deadline) { return log_->close(deadline); }

 private:
  struct Health {
    std::uint64_t waiting = 0;
    std::uint64_t stored = 0;
    std::uint64_t failed = 0;
    std::string failure{};
  };

  const std::shared_ptr<store::EventLog> log_;
  Guarded<Health> health_;
};

}  // namespace modcomm::detail
