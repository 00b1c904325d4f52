// modcomm/store.hpp -- where the events of a bus survive it.
//
//   modcomm::Bus bus({.store = {.folder = "/var/lib/lab/events"}});
//   auto lab = bus.module("LabRunner");
//   auto receipt = lab.emit("VMCreated", vm, {.persist = true}).value();   // on the disk now
//   auto watch = console.on_event("VM*", show, {.replay = modcomm::Replay::sequence(receipt.sequence)});
//
// The folder holds the log that docs/formats/log.md describes. One process at a time has it open.
//
// Threads.   Plain values.
// Lifetime.  Opened with the bus and closed when it stops.
// Errors.    The constructor of Bus throws Exception: failed_precondition / in_use where another process has
//            the folder, failed_precondition / version for a log of another version, data_loss /
//            damaged_store where the number of the next event is lost, internal / input_output.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <boost/describe.hpp>

#include <modcomm/event.hpp>
#include <modcomm/result.hpp>

namespace modcomm {

/// Where events are stored, and how many. The oldest go first, a segment at a time: what is over a limit
/// stays as long as its segment holds something that is not. 0: no limit.
struct StoreOptions {
  std::string folder{};  ///< Empty: no store. It is made if it is missing, for its owner alone.
  std::uint64_t max_events = 0;
  std::uint64_t max_bytes = 0;                             ///< On the disk.
  std::chrono::nanoseconds max_age{0};                     ///< Since it was emitted.
  std::uint64_t segment_bytes = std::uint64_t{64} << 20U;  ///< Of one file.
};

/// The store at one moment.
struct StoreInfo {
  bool open = false;  ///< False: the bus has none.
  std::string folder{};
  std::uint64_t first_sequence = 0;  ///< Of the oldest event; more than the last one: it is empty.
  std::uint64_t last_sequence = 0;   ///< Of the newest event there ever was; 0: none.
  std::uint64_t bytes = 0;           ///< On the disk.
  std::uint64_t waiting = 0;         ///< Events on their way to it.
  std::uint64_t stored = 0;          ///< Since it was opened.
  std::uint64_t failed = 0;          ///< Refused by the disk since then.
  std::string failure{};  ///< Why the last one was refused; empty once one was taken again.
  std::uint64_t torn_bytes =
      0;  ///< Half written when the process before ended; acknowledged to nobody.
  std::vector<std::string> damage{};  ///< What opening found, one line each.
};
BOOST_DESCRIBE_STRUCT(StoreInfo, (),
                      (open, folder, first_sequence, last_sequence, bytes, waiting, stored, failed,
                       failure, torn_bytes, damage))

/// What lies in the folder of a store.
struct StoreReport {
  std::string folder{};
  std::uint64_t segments = 0;
  std::uint64_t bytes = 0;
  std::uint64_t events = 0;   ///< That can be read, cleared ones too.
  std::uint64_t cleared = 0;  ///< Of them.
  std::uint64_t first_sequence =
      0;  ///< Of the oldest event; more than the last one: there is none.
  std::uint64_t last_sequence = 0;
  bool closed = false;           ///< It ended as it should; false also while a bus has it open.
  std::uint64_t torn_bytes = 0;  ///< Behind its end, half written.
  std::vector<std::string> damage{};  ///< Empty: all is as it was written.
};
BOOST_DESCRIBE_STRUCT(StoreReport, (),
                      (folder, segments, bytes, events, cleared, first_sequence, last_sequence,
                       closed, torn_bytes, damage))

/// Reads all of a store and changes nothing; a bus may have it open. `take` gets the events that were not
/// cleared, from that sequence on, the oldest first. not_found / no_file where there is no store,
/// failed_precondition / version, data_loss / damaged_store, internal / input_output.
Result<StoreReport> read_store(const std::string& folder,
                               const std::function<void(const Event&)>& take = {},
                               std::uint64_t from = 1);

/// The same for those that a query chooses; of them the newest `limit`, or all for 0. They come oldest first;
/// order and cursor of the query do not count.
Result<StoreReport> read_store(const std::string& folder, const EventQuery& query,
                               const std::function<void(const Event&)>& take);

/// The event as one line of JSON, without the newline: docs/formats/event.md. invalid_argument /
/// does_not_convert where its data has no bytes.
Result<std::string> to_json_line(const Event& event);

}  // namespace modcomm
