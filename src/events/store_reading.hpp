// A store that is read without a bus, from its oldest event to its newest one.
//
//   auto reading = StoreReading::open(folder);
//   while (auto event = (*reading)->next()) { … }
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <modcomm/store.hpp>

#include "bus/core.hpp"
#include "events/past.hpp"

namespace modcomm::detail {

class StoreReading {
 public:
  /// Looks at all of it. Errors as `read_store`.
  static Result<std::unique_ptr<StoreReading>> open(const std::string& folder);

  const StoreReport& report() const noexcept { return report_; }
  /// Goes on with this sequence, or the first one behind it.
  void seek(std::uint64_t sequence);
  /// Events that were cleared, or are damaged, are passed over.
  std::optional<Event> next();

 private:
  StoreReading(store::LogExtent extent, StoreReport report,
               std::vector<store::SequenceRange> cleared);

  const store::LogExtent extent_;
  const StoreReport report_;
  const std::vector<store::SequenceRange> cleared_;
  // Events are messages, and those belong to a bus.
  const std::shared_ptr<Executor> executor_ = thread_pool({.threads = 1});
  const Core core_;
  std::unique_ptr<Past> past_{};
};

/// Those that a query chooses; of them the newest `last`, or all for 0. Oldest first; `count` is told how many
/// they are, where that is wanted, and `take` gets them until it answers with an error.
struct StoreChoice {
  const EventQuery& query;
  std::uint64_t last = 0;
  std::function<void(std::uint64_t)> count{};
  std::function<Result<>(const Event&)> take;
};
Result<> choose(StoreReading& reading, const StoreChoice& choice);

}  // namespace modcomm::detail
