// What a store keeps and could not make anew: where its durable consumers are, and its dead letters.
//
//   auto state = store::StateDatabase::open("state.db", {});
//   (*state)->save(store::ConsumerRow{.name = "billing"});
//   (*state)->apply({.moved = {{"billing", position}}, .letters = {letter}});
//
// The tables: docs/formats/state.md. One connection, and one thread at a time, writes and checkpoints. What
// `apply` and the others have answered is on the disk.
//
// Threads.   Any; they take turns.
// Errors.    As store/sqlite.hpp says; failed_precondition / version for a file of a later version;
//            data_loss / damaged_store for one that is damaged: it is never made anew.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <modcomm/dead_letter.hpp>

#include "store/sqlite.hpp"

namespace modcomm::store {

/// An event that a consumer was given, or shall be, and has not done with.
struct PendingEvent {
  std::uint64_t sequence = 0;
  std::uint32_t attempts = 0;  ///< That have begun.
  WallTime due{};              ///< When the next one may begin.
  std::uint32_t redriven = 0;
  std::vector<DeliveryAttempt> history{};
  friend bool operator==(const PendingEvent&, const PendingEvent&) = default;
};

/// All events below `next` are done with, but those that are pending.
struct ConsumerPosition {
  std::uint64_t next = 1;
  std::vector<PendingEvent> pending{};  ///< In the order of their sequences.
  friend bool operator==(const ConsumerPosition&, const ConsumerPosition&) = default;
};

struct ConsumerRow {
  std::string name{};
  std::string options{};  ///< JSON.
  WallTime created{};
  ConsumerPosition position{};
};

struct MovedConsumer {
  std::string name{};
  ConsumerPosition position{};
};

/// Done as one, or not at all.
struct StateChange {
  std::vector<MovedConsumer> moved{};
  std::vector<DeadLetter> letters{};             ///< New ones; their ids are ignored.
  std::vector<std::uint64_t> removed_letters{};  ///< Unknown ones are passed over.
};

class StateDatabase {
 public:
  static constexpr std::int64_t version = 2;

  /// Makes the file if it is missing, and brings an older one up to date. ":memory:": no file.
  static Result<std::shared_ptr<StateDatabase>> open(const std::string& file,
                                                     const DeadLetterOptions& limits);
  /// Changes nothing; not_found / no_file where there is none.
  static Result<std::shared_ptr<StateDatabase>> open_to_read(const std::string& file);

  /// In the order of their names.
  Result<std::vector<ConsumerRow>> consumers();
  /// A new one, or all of one anew.
  Result<> save(const ConsumerRow& consumer);
  /// Other options for one; its position stays.
  Result<> set_options(const std::string& name, const std::string& options);
  Result<> remove_consumer(const std::string& name);
  /// Positions of consumers that are no more are passed over.
  Result<> apply(const StateChange& change);

  /// invalid_argument / bad_pattern or validation.
  Result<DeadLetterPage> letters(const DeadLetterQuery& query);
  /// All that the query chooses, the oldest first, whatever its limit and order.
  Result<std::vector<std::uint64_t>> letter_ids(const DeadLetterQuery& query);
  /// Says how many there were.
  Result<std::uint64_t> remove_letters(const std::vector<std::uint64_t>& ids);
  /// not_found / no_event.
  Result<DeadLetter> letter(std::uint64_t id);
  /// How many, how large, since when; and how many the limits pushed out.
  Result<DeadLetterInfo> totals();

  /// For tests: what is asked before each commit; an error ends the change.
  void set_fault(std::function<Result<>()> fault) { fault_ = std::move(fault); }

 private:
  using Lock = std::lock_guard<std::mutex>;
  struct Totals {
    std::uint64_t letters = 0;
    std::uint64_t bytes = 0;
    std::uint64_t forgotten = 0;
  };

  StateDatabase(std::string file, Database database, const DeadLetterOptions& limits)
      : file_(std::move(file)), limits_(limits), database_(std::move(database)) {}

  Result<> prepare();
  Result<> prepare_to_read();
  Result<> check_whole();
  Result<> migrate();
  Result<> count_letters();
  Error damaged(const std::string& what) const;

  template <class Change>
  Result<> as_one(Change change);
  Result<> write_position(const std::string& name, const ConsumerPosition& position);
  Result<std::vector<PendingEvent>> read_pending(const std::string& name);
  Result<> write_letter(const DeadLetter& letter, Totals& totals);
  Result<> remove_letter(std::uint64_t id, Totals& totals);
  Result<> keep_limits(Totals& totals);
  Result<DeadLetter> read_letter(const Statement& row) const;
  template <class Take>
  Result<> each_letter(const DeadLetterQuery& query, Take take);

  const std::string file_;
  const DeadLetterOptions limits_;
  std::function<Result<>()> fault_{};
  std::mutex mutex_;
  // guarded by mutex_
  Database database_;
  Totals totals_{};
};

}  // namespace modcomm::store
