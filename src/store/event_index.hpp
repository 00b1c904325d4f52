// Where in a log the events are that somebody asks for: by name, channel, source, time and correlation.
//
//   auto index = store::EventIndex::open("index.db");
//   (*index)->catch_up(log.extent());
//   auto rows = (*index)->find({.name = Glob::compile("Lab*").value(), .limit = 100});
//
// The index holds nothing that the log does not: it is dropped and made anew when it is damaged, of another
// version, or of another log.
//
// Threads.   Any; they take turns.
// Errors.    As store/sqlite.hpp says, and what reading the log says.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <modcomm/clock.hpp>
#include <modcomm/glob.hpp>

#include "store/index_block.hpp"
#include "store/log_reader.hpp"
#include "store/sqlite.hpp"

namespace modcomm::store {

/// The body of a record of kind `cleared`.
std::string encode_ranges(const std::vector<SequenceRange>& ranges);
/// data_loss / damaged_store for bytes that are none.
Result<std::vector<SequenceRange>> decode_ranges(std::string_view body);

/// Every condition that is given must hold.
struct IndexQuery {
  Glob name;
  std::string channel{};
  std::string source{};
  std::string correlation_id{};
  std::optional<WallTime> since{};
  std::optional<WallTime> until{};
  std::uint64_t behind =
      0;  ///< Rows go on behind this sequence, in their order; 0: from the first one.
  std::size_t limit = 0;  ///< 0: all.
  bool oldest_first = false;
};

struct IndexRow {
  std::uint64_t sequence = 0;
  LogPosition position{};
};

struct WordCount {
  std::string text{};
  std::uint64_t count = 0;
};

class EventIndex {
 public:
  /// Makes the file if it is missing, and anew if it cannot be used. ":memory:": no file.
  static Result<std::unique_ptr<EventIndex>> open(const std::string& file);

  /// Takes in what of the log it does not know, and drops what the log no longer has.
  Result<> catch_up(const LogExtent& extent);
  /// What of the log could not be read, since this was asked last.
  std::vector<Damage> take_damage();
  /// The newest event that it knows; waits for nobody.
  std::uint64_t indexed_to() const noexcept { return indexed_to_.load(std::memory_order_relaxed); }

  Result<std::vector<IndexRow>> find(const IndexQuery& query);
  /// How often each name is there, the most frequent first.
  Result<std::vector<WordCount>> names(std::size_t limit);
  /// What was cleared, in order.
  Result<std::vector<SequenceRange>> cleared();

 private:
  enum class Word : std::uint8_t { name, channel, source };
  using Words = std::map<std::string, std::uint32_t, std::less<>>;
  struct Writing;
  struct Wanted;
  class Cursor;

  EventIndex(std::string file, Database database)
      : file_(std::move(file)), database_(std::move(database)) {}

  Result<> prepare();
  Result<> load_words();
  Result<> follow(const LogExtent& extent);
  Result<> agree_with(const LogExtent& extent);
  Result<> drop_all();
  Result<> erase(const SequenceRange& range);
  Result<> take_in(const LogExtent& extent);
  Result<bool> take_batch(const LogExtent& extent);
  Result<> take_record(Writing& writing, const LogStep& step);
  Result<> take_event(Writing& writing, const LogStep& step);
  Result<> add(Writing& writing, const IndexedEvent& event);
  Result<> store_block(Writing& writing);
  static Result<> note_times(Writing& writing);
  Result<> take_cleared(Writing& writing, std::string_view body);
  Result<std::uint32_t> word(Writing& writing, Word kind, std::string_view text);
  Words& words(Word kind) { return words_[static_cast<std::size_t>(kind)]; }
  Result<SequenceRange> range_of_times(const IndexQuery& query);
  Result<Wanted> wanted(const IndexQuery& query);
  Result<std::vector<Cursor>> cursors(const IndexQuery& query, const Wanted& wanted);
  Result<std::vector<std::uint64_t>> correlated(std::uint64_t number,
                                                const std::string& correlation);
  Result<> take_from(std::uint64_t number, const IndexQuery& query, const Wanted& wanted,
                     std::vector<IndexRow>& rows);

  const std::string file_;
  std::mutex mutex_;
  // guarded by mutex_
  Database database_;
  std::unique_ptr<IndexBlocks> blocks_{};
  std::array<Words, 3> words_{};
  std::vector<Damage> damage_{};
  std::atomic<std::uint64_t> indexed_to_ = 0;
  std::optional<std::uint64_t> agreed_from_{};  // the log's first event when both were compared
  std::unique_ptr<LogReader>
      reader_{};            // behind what was taken in; null: nobody knows where that is
  LogPosition taken_to_{};  // the end of the log when all of it was taken in
};

}  // namespace modcomm::store
