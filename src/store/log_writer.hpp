// Writes a log: many records at a time, one thread.
//
//   LogWriter writer(files, std::move(chain), options, clock, salt);
//   auto outcome = writer.write(entries);     // they have their sequences now
//   writer.sync();                            // and survive a loss of power now
//
// Errors.    storage_full: nothing of what is refused was written, and the next write tries again. After
//            a sync that failed nothing is written any more: the error of that sync, each time.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <modcomm/clock.hpp>

#include "store/log_chain.hpp"

namespace modcomm::store {

/// Whole segments are dropped, the oldest first, as long as more is there than one of the limits allows
/// without them. 0: no limit.
struct Retention {
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  std::chrono::nanoseconds age{0};
};

struct LogOptions {
  std::uint64_t segment_bytes = std::uint64_t{64} << 20;
  Retention retention{};
};

/// Where a record lies.
struct LogPosition {
  std::uint64_t segment = 0;  ///< The number of its segment.
  std::uint64_t at = 0;
  friend auto operator<=>(const LogPosition&, const LogPosition&) = default;
};

/// A record to write; the writer says what it became.
struct LogEntry {
  RecordKind kind = RecordKind::event;
  std::string_view body{};
  std::uint64_t sequence = 0;
  LogPosition position{};
};

class LogWriter {
 public:
  LogWriter(std::shared_ptr<Files> files, LogChain chain, LogOptions options,
            std::shared_ptr<Clock> clock, std::function<std::uint32_t()> salt);

  struct Outcome {
    std::size_t written = 0;  ///< The first ones.
    Result<> rest{};          ///< Why the others were not.
  };
  Outcome write(std::span<LogEntry> entries);

  /// All that was written survives a loss of power.
  Result<> sync();

  /// Says that the log ends here, as it should.
  Result<> close();

  bool synced() const noexcept { return synced_ == end(); }
  std::uint64_t next_sequence() const noexcept { return chain_.next_sequence; }
  const LogChain& chain() const noexcept { return chain_; }
  /// The error of a sync that failed.
  const std::optional<Error>& failure() const noexcept { return failure_; }

  /// Drops what retention no longer keeps. What readers have open stays theirs.
  Result<> retain();

 private:
  std::uint64_t end() const noexcept {
    return chain_.segments.empty() ? 0 : chain_.segments.back().end;
  }
  bool fits(std::size_t bytes) const noexcept;
  void encode(LogEntry& entry);
  Result<> wipe_spoilt();
  Result<> flush();
  Result<> roll(std::size_t bytes);
  Result<> begin_segment(const Segment& segment);
  bool dispensable() const noexcept;

  std::shared_ptr<Files> files_;
  LogChain chain_;
  LogOptions options_;
  std::shared_ptr<Clock> clock_;
  std::function<std::uint32_t()> salt_;
  std::string buffer_{};        // behind the end, not yet in the file
  std::uint64_t buffered_ = 0;  // events in it
  std::uint64_t synced_ = 0;    // up to here the last segment is on the disk
  std::uint64_t spoilt_ = 0;    // up to here a write that failed may have left bytes
  std::optional<Error> failure_{};
};

}  // namespace modcomm::store
