// The stored events of one durable consumer: those that match, one after the other, or one by its sequence.
//
// Threads.   One at a time; the log may be written meanwhile.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <modcomm/consumer.hpp>
#include <modcomm/glob.hpp>

#include "events/event_codec.hpp"
#include "events/event_store.hpp"
#include "store/log_reader.hpp"

namespace modcomm::detail {

class ConsumerFeed {
 public:
  ConsumerFeed(std::shared_ptr<Channel> channel, std::shared_ptr<EventStore> store, Glob pattern,
               std::string wanted_channel);

  void set_wishes(Glob pattern, std::string wanted_channel);

  /// What was found from a sequence on.
  struct Found {
    enum class Kind : std::uint8_t { event, none, more };
    Kind kind = Kind::none;      ///< more: nobody wanted what was looked at, and there is more.
    std::uint64_t next = 0;      ///< Everything before it is done with, or is the event.
    std::uint64_t missed = 0;    ///< Of them gone or damaged.
    std::vector<Event> event{};  ///< One, if there is.
    std::vector<Error> damage{};
  };
  /// The first event from `from` on that matches. Calls follow one another without gap, or `reset` is called.
  Result<Found> find(std::uint64_t from);
  void reset() noexcept { reader_.reset(); }

  /// not_found / no_event, data_loss / damaged_store.
  Result<Event> load(std::uint64_t sequence) const;

 private:
  bool matches(const store::StoredEvent& event) const noexcept;
  Result<> refresh_cleared();
  bool is_cleared(std::uint64_t sequence) const noexcept;
  bool take(const store::LogStep& step, std::uint64_t from, Found& found) const;

  const std::shared_ptr<EventStore> store_;
  const Restorer restorer_;
  Glob pattern_;
  std::string wanted_channel_;
  std::unique_ptr<store::LogReader> reader_{};
  std::vector<store::SequenceRange> cleared_{};
  std::uint64_t clearings_ = 0;
  bool knows_cleared_ = false;
};

}  // namespace modcomm::detail
