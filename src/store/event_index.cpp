#include "store/event_index.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>

#include "store/bytes.hpp"
#include "store/stored_event.hpp"

namespace modcomm::store {
namespace {

constexpr std::int64_t index_version = 2;
constexpr std::uint64_t last_sequence = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t records_at_a_time = 10'000;  // in one transaction

constexpr std::string_view tables = R"(
  CREATE TABLE words (id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, text TEXT NOT NULL);
  CREATE TABLE correlations (sequence INTEGER PRIMARY KEY, correlation TEXT NOT NULL);
  CREATE INDEX sequences_by_correlation ON correlations (correlation);
  CREATE TABLE segments (number INTEGER PRIMARY KEY, salt INTEGER NOT NULL,
    first INTEGER NOT NULL, oldest INTEGER NOT NULL, newest INTEGER NOT NULL);
  CREATE TABLE cleared (first INTEGER PRIMARY KEY, last INTEGER NOT NULL);
  CREATE TABLE progress (indexed_to INTEGER NOT NULL);
  INSERT INTO progress VALUES (0);
)";

bool is_damage(const Error& error) noexcept { return error.reason() == reason::damaged_store; }

void remove_database(const std::string& file) {
  std::error_code ignored;
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file + suffix, ignored);
}

}  // namespace

// ---- what was cleared ----

std::string encode_ranges(const std::vector<SequenceRange>& ranges) {
  std::string body;
  for (const SequenceRange& range : ranges) {
    put(body, range.first);
    put(body, range.last);
  }
  return body;
}

Result<std::vector<SequenceRange>> decode_ranges(std::string_view body) {
  std::vector<SequenceRange> ranges;
  ByteReader reader(body);
  while (!reader.rest().empty()) {
    const auto first = reader.number<std::uint64_t>();
    const auto last = reader.number<std::uint64_t>();
    if (!first || !last || *last < *first) {
      return Error(Code::data_loss, reason::damaged_store,
                   "a record of what was cleared holds no ranges of sequences");
    }
    ranges.push_back({*first, *last});
  }
  return ranges;
}

// ---- opening ----

Result<std::unique_ptr<EventIndex>> EventIndex::open(const std::string& file) {
  for (const bool again : {false, true}) {
    auto database = Database::open(file);
    if (!database && (again || !is_damage(database.error()))) return database.error();
    if (database) {
      std::unique_ptr<EventIndex> index(new EventIndex(file, std::move(*database)));
      const Result<> prepared = index->prepare();
      if (prepared) return index;
      if (again || !is_damage(prepared.error())) return prepared.error();
    }
    remove_database(file);
  }
  return Error(Code::internal, reason::input_output, file + " cannot be made");
}

Result<> EventIndex::prepare() {
  // What the power takes is read from the log again; a half-written page would be worse.
  auto set = database_.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
  if (!set) return set;
  const auto version = database_.version();
  if (!version) return version.error();
  if (*version != index_version) {
    if (auto dropped = drop_all(); !dropped) return dropped;
  }
  auto progress = database_.prepare("SELECT indexed_to FROM progress");
  if (!progress) return progress.error();
  const auto row = progress->step();
  if (!row) return row.error();
  indexed_to_ = static_cast<std::uint64_t>(progress->number(0));
  auto blocks = IndexBlocks::open(database_);
  if (!blocks) return blocks.error();
  blocks_ = std::make_unique<IndexBlocks>(std::move(*blocks));
  return load_words();
}

Result<> EventIndex::drop_all() {
  auto transaction = Transaction::begin(database_);
  if (!transaction) return transaction.error();
  std::vector<std::string> names;
  {
    auto all = database_.prepare(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
    if (!all) return all.error();
    while (true) {
      const auto row = all->step();
      if (!row) return row.error();
      if (!*row) break;
      names.emplace_back(all->text(0));
    }
  }
  for (const std::string& name : names) {
    if (auto gone = database_.execute("DROP TABLE \"" + name + "\""); !gone) return gone;
  }
  for (const std::string_view each : {tables, IndexBlocks::tables}) {
    if (auto made = database_.execute(std::string(each)); !made) return made;
  }
  if (auto set = database_.set_version(index_version); !set) return set;
  if (auto done = transaction->commit(); !done) return done;
  indexed_to_ = 0;
  return load_words();
}

Result<> EventIndex::load_words() {
  for (Words& words : words_) words.clear();
  auto all = database_.prepare("SELECT id, kind, text FROM words");
  if (!all) return all.error();
  while (true) {
    const auto row = all->step();
    if (!row) return row.error();
    if (!*row) return {};
    const auto kind = static_cast<std::size_t>(all->number(1));
    const auto id = static_cast<std::uint32_t>(all->number(0));
    if (kind < words_.size()) words_[kind].emplace(all->text(2), id);
  }
}

// ---- following the log ----

/// One transaction's statements.
struct EventIndex::Writing {
  Statement insert_correlation;
  Statement insert_word;
  Statement insert_cleared;
  Statement note_segment;
  const std::vector<Segment>& segments;
  std::uint64_t last = 0;  // the newest event that was taken in
  /// Of the segment that is being read.
  struct Times {
    std::uint64_t segment = 0;
    std::uint64_t first = 0;
    std::int64_t oldest = 0;
    std::int64_t newest = 0;
  };
  Times times{};  // not yet noted; segment 0: none
  std::uint64_t number = 0;
  IndexBlock block{};  // not yet stored; empty: none
};

Result<> EventIndex::catch_up(const LogExtent& extent) {
  const std::lock_guard lock(mutex_);
  Result<> followed = follow(extent);
  if (followed || !is_damage(followed.error())) return followed;
  reader_.reset();
  if (auto dropped = drop_all(); !dropped) return followed;
  return follow(extent);
}

std::vector<Damage> EventIndex::take_damage() {
  const std::lock_guard lock(mutex_);
  return std::exchange(damage_, {});
}

Result<> EventIndex::follow(const LogExtent& extent) {
  if (agreed_from_ != extent.first_sequence()) {
    reader_.reset();
    if (auto agreed = agree_with(extent); !agreed) return agreed;
    agreed_from_ = extent.first_sequence();
  }
  return take_in(extent);
}

/// The log may be another one, may have lost its unsynced end with the power, and drops its oldest segments.
Result<> EventIndex::agree_with(const LogExtent& extent) {
  auto known = database_.prepare("SELECT salt FROM segments WHERE number = ?");
  if (!known) return known.error();
  bool same = indexed_to() == 0;
  bool other = false;
  for (const Segment& segment : extent.segments) {
    if (!segment.readable) continue;
    const auto row = known->bind(1, segment.number).step();
    if (!row) return row.error();
    if (*row) {
      const bool agrees = known->number(0) == static_cast<std::int64_t>(segment.header.salt);
      (agrees ? same : other) = true;
    }
    known->reset();
  }
  if (other || !same) return drop_all();
  const std::uint64_t first = extent.first_sequence();
  const std::uint64_t oldest_segment = extent.segments.empty() ? 0 : extent.segments.front().number;
  auto transaction = Transaction::begin(database_);
  if (!transaction) return transaction.error();
  const std::uint64_t to = std::min(indexed_to(), extent.next_sequence - 1);
  if (first > 0) {
    if (auto gone = erase({0, first - 1}); !gone) return gone;
  }
  if (auto gone = erase({to + 1, last_sequence}); !gone) return gone;
  auto trimmed =
      database_.execute("DELETE FROM cleared WHERE last < " + std::to_string(first) +
                        "; DELETE FROM segments WHERE number < " + std::to_string(oldest_segment) +
                        "; UPDATE progress SET indexed_to = " + std::to_string(to));
  if (!trimmed) return trimmed;
  if (auto done = transaction->commit(); !done) return done;
  indexed_to_ = to;
  return {};
}

Result<> EventIndex::erase(const SequenceRange& range) {
  if (auto done = blocks_->erase(range); !done) return done;
  return database_.execute("DELETE FROM correlations WHERE sequence BETWEEN " +
                           std::to_string(range.first) + " AND " + std::to_string(range.last));
}

Result<> EventIndex::take_in(const LogExtent& extent) {
  if (extent.segments.empty()) return {};
  const LogPosition end{extent.segments.back().number, extent.segments.back().end};
  if (reader_ == nullptr) {
    // From the last one on, since what was cleared behind it has no sequence of its own.
    reader_ = std::make_unique<LogReader>(extent, std::max<std::uint64_t>(indexed_to(), 1));
  } else if (end <= taken_to_) {
    return {};
  } else {
    reader_->extend(extent);
  }
  while (true) {
    const auto more = take_batch(extent);
    if (!more) {
      reader_.reset();
      static_cast<void>(load_words());
      return more.error();
    }
    if (!*more) break;
  }
  taken_to_ = end;
  return {};
}

/// Whether there may be more.
Result<bool> EventIndex::take_batch(const LogExtent& extent) {
  auto transaction = Transaction::begin(database_);
  if (!transaction) return transaction.error();
  auto correlation = database_.prepare("INSERT OR REPLACE INTO correlations VALUES (?, ?)");
  auto word = database_.prepare("INSERT INTO words VALUES (?, ?, ?)");
  auto cleared = database_.prepare("INSERT OR REPLACE INTO cleared VALUES (?, ?)");
  auto segment = database_.prepare(
      "INSERT INTO segments VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (number) DO UPDATE SET "
      "oldest = min(oldest, ?4), newest = max(newest, ?5)");
  for (const auto* each : {&correlation, &word, &cleared, &segment}) {
    if (!*each) return each->error();
  }
  Writing writing{std::move(*correlation), std::move(*word), std::move(*cleared),
                  std::move(*segment),     extent.segments,  indexed_to_};
  bool more = true;
  for (std::size_t taken = 0; more && taken < records_at_a_time; ++taken) {
    const auto step = reader_->next();
    if (!step) return step.error();
    more = step->kind != WalkStep::Kind::end;
    if (step->kind == WalkStep::Kind::damage) damage_.push_back(step->damage);
    if (step->kind != WalkStep::Kind::record) continue;
    if (auto ok = take_record(writing, *step); !ok) return ok.error();
  }
  if (auto stored = store_block(writing); !stored) return stored.error();
  if (auto noted = note_times(writing); !noted) return noted.error();
  auto progress =
      database_.execute("UPDATE progress SET indexed_to = " + std::to_string(writing.last));
  if (!progress) return progress.error();
  if (auto done = transaction->commit(); !done) return done.error();
  indexed_to_ = writing.last;
  return more;
}

Result<> EventIndex::take_record(Writing& writing, const LogStep& step) {
  switch (step.record.head.kind) {
    case RecordKind::event:
      if (step.record.head.sequence <= writing.last) return {};
      return take_event(writing, step);
    case RecordKind::cleared:
      return take_cleared(writing, step.record.body);
    case RecordKind::closed:
      break;
  }
  return {};
}

Result<> EventIndex::take_event(Writing& writing, const LogStep& step) {
  writing.last = step.record.head.sequence;
  const auto event = decode_event(step.record.body);
  if (!event) return {};  // a reader names it
  const auto name = word(writing, Word::name, event->name);
  const auto channel = word(writing, Word::channel, event->channel);
  const auto source = word(writing, Word::source, event->source);
  for (const auto* each : {&name, &channel, &source}) {
    if (!*each) return each->error();
  }
  const std::int64_t time = event->time.time_since_epoch().count();
  auto added = add(writing, {.sequence = writing.last,
                             .name = *name,
                             .channel = *channel,
                             .source = *source,
                             .time = time,
                             .position = {.segment = step.segment, .at = step.at}});
  if (!added) return added;
  if (!event->correlation_id.empty()) {
    Statement& insert = writing.insert_correlation;
    auto done = insert.bind(1, writing.last).bind(2, event->correlation_id).run();
    if (!done) return done;
  }
  if (writing.times.segment != step.segment) {
    if (auto noted = note_times(writing); !noted) return noted;
    writing.times = {step.segment, step.record.head.sequence, time, time};
  }
  writing.times.oldest = std::min(writing.times.oldest, time);
  writing.times.newest = std::max(writing.times.newest, time);
  return {};
}

Result<> EventIndex::add(Writing& writing, const IndexedEvent& event) {
  const std::uint64_t number = block_of(event.sequence);
  if (writing.number != number || writing.block.empty()) {
    if (auto stored = store_block(writing); !stored) return stored;
    auto block = blocks_->load(number);
    if (!block) return block.error();
    writing.number = number;
    writing.block = std::move(*block);
  }
  writing.block.push_back(event);
  return {};
}

Result<> EventIndex::store_block(Writing& writing) {
  const IndexBlock block = std::exchange(writing.block, {});
  return block.empty() ? Result<>() : blocks_->store(writing.number, block);
}

Result<> EventIndex::note_times(Writing& writing) {
  const auto& [number, first, oldest, newest] = writing.times;
  if (number == 0) return {};
  const auto segment = std::ranges::lower_bound(writing.segments, number, {}, &Segment::number);
  Statement& note = writing.note_segment;
  note.bind(1, number).bind(2, std::uint64_t{segment->header.salt});
  return note.bind(3, first).bind(4, oldest).bind(5, newest).run();
}

Result<> EventIndex::take_cleared(Writing& writing, std::string_view body) {
  const auto ranges = decode_ranges(body);
  if (!ranges) return {};
  if (auto stored = store_block(writing); !stored) return stored;
  for (const auto& [first, last] : *ranges) {
    if (auto done = writing.insert_cleared.bind(1, first).bind(2, last).run(); !done) return done;
    if (auto done = erase({first, std::min(last, last_sequence)}); !done) return done;
  }
  return {};
}

Result<std::uint32_t> EventIndex::word(Writing& writing, Word kind, std::string_view text) {
  Words& known = words(kind);
  if (const auto found = known.find(text); found != known.end()) return found->second;
  const auto next =
      static_cast<std::uint32_t>(words_[0].size() + words_[1].size() + words_[2].size() + 1);
  Statement& insert = writing.insert_word;
  insert.bind(1, std::uint64_t{next}).bind(2, static_cast<std::uint64_t>(kind)).bind(3, text);
  if (auto done = insert.run(); !done) return done.error();
  known.emplace(text, next);
  return next;
}

}  // namespace modcomm::store
