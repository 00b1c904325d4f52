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
#include <string>
#include <vector>

#include <boost/describe.hpp>

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

}  // namespace modcomm
