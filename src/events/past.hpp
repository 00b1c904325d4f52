// What was, in the order in which it was: remembered events and stored ones, each of them once.
//
// Threads.   One at a time; the log may be written meanwhile.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "events/event_codec.hpp"
#include "events/history.hpp"
#include "store/event_index.hpp"
#include "store/log_reader.hpp"

namespace modcomm::detail {

/// The stored events that belong to the past: those up to one.
struct StoredPast {
  store::LogExtent extent{};
  std::uint64_t last = 0;
  std::vector<store::SequenceRange> cleared{};  ///< Those are passed over.
};

class Past {
 public:
  Past(std::shared_ptr<Channel> channel, std::vector<Remembered> remembered,
       std::optional<StoredPast> stored);

  /// Goes on with this stored event, or the first one behind it; 0: with all there is.
  void seek(std::uint64_t sequence);
  /// Where the newest segments begin, as many of them; 0: there are no more than those.
  std::uint64_t start_of_newest(std::size_t segments) const;
  /// Where the segment begins that was the newest one at that time; 0: none was older.
  std::uint64_t start_at(WallTime time) const;

  /// The next one; empty at the end. Damage is passed over, and told by a notice.
  std::optional<Message> next();

 private:
  std::optional<Message> next_stored_before(std::uint64_t sequence);
  void step();
  bool is_cleared(std::uint64_t sequence);
  void pass_over(const Error& damage);

  const std::shared_ptr<Channel> channel_;
  const Restorer restorer_;
  const std::vector<Remembered> remembered_;
  const std::optional<StoredPast> stored_;
  std::size_t next_remembered_ = 0;
  std::unique_ptr<store::LogReader> reader_{};
  std::optional<store::LogStep> step_{};  // the stored event that comes next
  std::size_t next_cleared_ = 0;
};

}  // namespace modcomm::detail
