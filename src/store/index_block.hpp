// What the index knows of its events, in blocks of neighbours: a row of the database for each block costs a
// fraction of one for each event.
//
// Errors.    As store/sqlite.hpp says; data_loss / damaged_store for a block that cannot be read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/log_reader.hpp"
#include "store/sqlite.hpp"

namespace modcomm::store {

/// Sequences from the first to the last.
struct SequenceRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  friend bool operator==(const SequenceRange&, const SequenceRange&) = default;
};

/// Names, channels and sources are numbers of words.
struct IndexedEvent {
  std::uint64_t sequence = 0;
  std::uint32_t name = 0;
  std::uint32_t channel = 0;
  std::uint32_t source = 0;
  std::int64_t time = 0;  // nanoseconds of Unix time
  LogPosition position{};
};
/// In order of their sequences.
using IndexBlock = std::vector<IndexedEvent>;

/// So many that a block fills most of a page of SQLite.
constexpr std::uint64_t events_of_block = 64;
constexpr std::uint64_t block_of(std::uint64_t sequence) noexcept {
  return sequence / events_of_block;
}

std::string pack(const IndexBlock& block);
Result<IndexBlock> unpack(std::string_view bytes);

/// The tables `blocks`, and `counts`: how often a name is in a block.
class IndexBlocks {
 public:
  static constexpr std::string_view tables = R"(
    CREATE TABLE blocks (number INTEGER PRIMARY KEY, events BLOB NOT NULL);
    CREATE TABLE counts (name INTEGER NOT NULL, block INTEGER NOT NULL, count INTEGER NOT NULL,
      PRIMARY KEY (name, block)) WITHOUT ROWID;
  )";

  static Result<IndexBlocks> open(Database& database);

  /// Empty if there is none.
  Result<IndexBlock> load(std::uint64_t number);
  /// In place of what it was; none of its names may be gone.
  Result<> store(std::uint64_t number, const IndexBlock& block);
  Result<> erase(const SequenceRange& range);

 private:
  IndexBlocks() = default;
  Result<> count(std::uint64_t number, const IndexBlock& names, const IndexBlock& block);
  Result<> erase_from(std::uint64_t number, const SequenceRange& range);
  Result<> put(std::uint64_t number, const IndexBlock& block);

  Statement select_;
  Statement select_numbers_;
  Statement insert_;
  Statement delete_;
  Statement insert_count_;
  Statement delete_count_;
};

}  // namespace modcomm::store
