#include "store/event_index.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>

#include "store/bytes.hpp"
#include "store/stored_event.hpp"

namespace modcomm::store {
namespace {

constexpr std::int64_t index_version = 1;
constexpr std::size_t records_at_a_time = 10'000;  // in one transaction
/// More names than that are looked at while all events pass.
constexpr std::size_t max_cursors = 64;

constexpr std::string_view tables = R"(
  CREATE TABLE words (id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, text TEXT NOT NULL);
  CREATE TABLE events (sequence INTEGER PRIMARY KEY, name INTEGER NOT NULL,
    channel INTEGER NOT NULL, source INTEGER NOT NULL, time INTEGER NOT NULL, correlation TEXT,
    segment INTEGER NOT NULL, place INTEGER NOT NULL);
  CREATE INDEX events_by_name ON events (name);
  CREATE INDEX events_by_correlation ON events (correlation) WHERE correlation IS NOT NULL;
  CREATE TABLE segments (number INTEGER PRIMARY KEY, salt INTEGER NOT NULL,
    first INTEGER NOT NULL, oldest INTEGER NOT NULL, newest INTEGER NOT NULL);
  CREATE TABLE cleared (first INTEGER PRIMARY KEY, last INTEGER NOT NULL);
  CREATE TABLE progress (indexed_to INTEGER NOT NULL);
  INSERT INTO progress VALUES (0);
)";

std::int64_t nanoseconds_of(WallTime time) { return time.time_since_epoch().count(); }

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
  if (auto made = database_.execute(std::string(tables)); !made) return made;
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
    if (kind < words_.size()) words_[kind].emplace(all->text(2), all->number(0));
  }
}

// ---- following the log ----

/// One transaction's statements.
struct EventIndex::Writing {
  Statement insert_event;
  Statement insert_word;
  Statement insert_cleared;
  Statement delete_cleared;
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
  const std::string end = std::to_string(to);
  const std::string begin = std::to_string(first);
  auto trimmed = database_.execute(
      "DELETE FROM events WHERE sequence < " + begin + "; DELETE FROM events WHERE sequence > " +
      end + "; DELETE FROM cleared WHERE last < " + begin +
      "; DELETE FROM segments WHERE number < " + std::to_string(oldest_segment) +
      "; UPDATE progress SET indexed_to = " + end);
  if (!trimmed) return trimmed;
  if (auto done = transaction->commit(); !done) return done;
  indexed_to_ = to;
  return {};
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
  auto event = database_.prepare("INSERT OR REPLACE INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
  auto word = database_.prepare("INSERT INTO words VALUES (?, ?, ?)");
  auto cleared = database_.prepare("INSERT OR REPLACE INTO cleared VALUES (?, ?)");
  auto gone = database_.prepare("DELETE FROM events WHERE sequence BETWEEN ? AND ?");
  auto segment = database_.prepare(
      "INSERT INTO segments VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (number) DO UPDATE SET "
      "oldest = min(oldest, ?4), newest = max(newest, ?5)");
  for (const auto* each : {&event, &word, &cleared, &gone, &segment}) {
    if (!*each) return each->error();
  }
  Writing writing{std::move(*event),   std::move(*word), std::move(*cleared), std::move(*gone),
                  std::move(*segment), extent.segments,  indexed_to_};
  bool more = true;
  for (std::size_t taken = 0; more && taken < records_at_a_time; ++taken) {
    const auto step = reader_->next();
    if (!step) return step.error();
    more = step->kind != WalkStep::Kind::end;
    if (step->kind == WalkStep::Kind::damage) damage_.push_back(step->damage);
    if (step->kind != WalkStep::Kind::record) continue;
    if (auto ok = take_record(writing, *step); !ok) return ok.error();
  }
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
  const std::int64_t time = nanoseconds_of(event->time);
  Statement& insert = writing.insert_event;
  insert.bind(1, step.record.head.sequence).bind(2, *name).bind(3, *channel).bind(4, *source);
  insert.bind(5, time).bind(7, step.segment).bind(8, step.at);
  event->correlation_id.empty() ? insert.bind_null(6) : insert.bind(6, event->correlation_id);
  if (auto done = insert.run(); !done) return done;
  if (writing.times.segment != step.segment) {
    if (auto noted = note_times(writing); !noted) return noted;
    writing.times = {step.segment, step.record.head.sequence, time, time};
  }
  writing.times.oldest = std::min(writing.times.oldest, time);
  writing.times.newest = std::max(writing.times.newest, time);
  return {};
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
  for (const auto& [first, last] : *ranges) {
    if (auto done = writing.insert_cleared.bind(1, first).bind(2, last).run(); !done) return done;
    if (auto done = writing.delete_cleared.bind(1, first).bind(2, last).run(); !done) return done;
  }
  return {};
}

Result<std::int64_t> EventIndex::word(Writing& writing, Word kind, std::string_view text) {
  Words& known = words(kind);
  if (const auto found = known.find(text); found != known.end()) return found->second;
  const auto next =
      static_cast<std::int64_t>(words_[0].size() + words_[1].size() + words_[2].size() + 1);
  Statement& insert = writing.insert_word;
  insert.bind(1, next).bind(2, static_cast<std::int64_t>(kind)).bind(3, text);
  if (auto done = insert.run(); !done) return done.error();
  known.emplace(text, next);
  return next;
}

// ---- asking ----

/// The rows of one statement, one after the other.
class EventIndex::Cursor {
 public:
  explicit Cursor(Statement statement) : statement_(std::move(statement)) {}

  Result<> advance() {
    const auto row = statement_.step();
    if (!row) return row.error();
    over_ = !*row;
    if (over_) return {};
    row_ = {.sequence = static_cast<std::uint64_t>(statement_.number(0)),
            .position = {.segment = static_cast<std::uint64_t>(statement_.number(2)),
                         .at = static_cast<std::uint64_t>(statement_.number(3))}};
    name_ = statement_.number(1);
    return {};
  }

  bool over() const noexcept { return over_; }
  const IndexRow& row() const noexcept { return row_; }
  std::int64_t name() const noexcept { return name_; }

 private:
  Statement statement_;
  IndexRow row_{};
  std::int64_t name_ = 0;
  bool over_ = false;
};

/// No event outside of it can be of that time. Clocks go back, so segments say which times they hold.
Result<SequenceRange> EventIndex::range_of_times(const IndexQuery& query) {
  SequenceRange range{.first = 0, .last = std::numeric_limits<std::int64_t>::max()};
  if (!query.since && !query.until) return range;
  auto all = database_.prepare("SELECT first, oldest, newest FROM segments ORDER BY number");
  if (!all) return all.error();
  SequenceRange found{.first = range.last, .last = 0};
  bool last_fits = false;
  while (true) {
    const auto row = all->step();
    if (!row) return row.error();
    if (!*row) break;
    const auto first = static_cast<std::uint64_t>(all->number(0));
    if (last_fits) found.last = first - 1;
    const bool too_old = query.since && all->number(2) < nanoseconds_of(*query.since);
    const bool too_new = query.until && all->number(1) >= nanoseconds_of(*query.until);
    last_fits = !too_old && !too_new;
    if (last_fits) found.first = std::min(found.first, first);
  }
  if (last_fits) found.last = range.last;
  return found;
}

Result<std::vector<EventIndex::Cursor>> EventIndex::cursors(const IndexQuery& query,
                                                            const std::vector<std::int64_t>& names,
                                                            const SequenceRange& range) {
  const bool by_correlation = !query.correlation_id.empty();
  const bool by_name = !query.name.matches_all() && names.size() <= max_cursors && !by_correlation;
  std::string sql =
      "SELECT sequence, name, segment, place FROM events "
      "WHERE sequence BETWEEN ?1 AND ?2";
  if (by_name) sql += " AND name = ?3";
  if (!query.channel.empty()) sql += " AND +channel = ?4";
  if (!query.source.empty()) sql += " AND +source = ?5";
  if (by_correlation) sql += " AND correlation = ?6";
  if (query.since) sql += " AND time >= ?7";
  if (query.until) sql += " AND time < ?8";
  sql += query.oldest_first ? " ORDER BY sequence" : " ORDER BY sequence DESC";
  std::vector<Cursor> all;
  for (std::size_t i = 0; i < (by_name ? names.size() : 1); ++i) {
    auto statement = database_.prepare(sql);
    if (!statement) return statement.error();
    statement->bind(1, range.first).bind(2, range.last);
    if (by_name) statement->bind(3, names[i]);
    if (!query.channel.empty()) statement->bind(4, words(Word::channel).at(query.channel));
    if (!query.source.empty()) statement->bind(5, words(Word::source).at(query.source));
    if (by_correlation) statement->bind(6, std::string_view(query.correlation_id));
    if (query.since) statement->bind(7, nanoseconds_of(*query.since));
    if (query.until) statement->bind(8, nanoseconds_of(*query.until));
    Cursor cursor(std::move(*statement));
    if (auto ok = cursor.advance(); !ok) return ok.error();
    if (!cursor.over()) all.push_back(std::move(cursor));
  }
  return all;
}

Result<std::vector<IndexRow>> EventIndex::find(const IndexQuery& query) {
  const std::lock_guard lock(mutex_);
  std::vector<IndexRow> rows;
  if (!query.channel.empty() && !words(Word::channel).contains(query.channel)) return rows;
  if (!query.source.empty() && !words(Word::source).contains(query.source)) return rows;
  std::vector<std::int64_t> names;
  for (const auto& [text, id] : words(Word::name)) {
    if (query.name.matches(text)) names.push_back(id);
  }
  std::ranges::sort(names);
  auto range = range_of_times(query);
  if (!range) return range.error();
  if (query.behind != 0) {
    query.oldest_first ? range->first = std::max(range->first, query.behind + 1)
                       : range->last = std::min(range->last, query.behind - 1);
  }
  auto all = cursors(query, names, *range);
  if (!all) return all.error();
  const auto is_before = [&](const Cursor& a, const Cursor& b) {
    return query.oldest_first ? a.row().sequence < b.row().sequence
                              : a.row().sequence > b.row().sequence;
  };
  while (!all->empty() && (query.limit == 0 || rows.size() < query.limit)) {
    const auto next = std::ranges::min_element(*all, is_before);
    if (std::ranges::binary_search(names, next->name())) rows.push_back(next->row());
    if (auto ok = next->advance(); !ok) return ok.error();
    if (next->over()) all->erase(next);
  }
  return rows;
}

Result<std::vector<WordCount>> EventIndex::names(std::size_t limit) {
  const std::lock_guard lock(mutex_);
  auto all = database_.prepare(
      "SELECT text, n FROM (SELECT name, count(*) AS n FROM events GROUP BY name) "
      "JOIN words ON words.id = name ORDER BY n DESC, text LIMIT ?");
  if (!all) return all.error();
  all->bind(1, std::uint64_t{limit});
  std::vector<WordCount> counts;
  while (true) {
    const auto row = all->step();
    if (!row) return row.error();
    if (!*row) return counts;
    counts.push_back({std::string(all->text(0)), static_cast<std::uint64_t>(all->number(1))});
  }
}

Result<std::vector<SequenceRange>> EventIndex::cleared() {
  const std::lock_guard lock(mutex_);
  auto all = database_.prepare("SELECT first, last FROM cleared ORDER BY first");
  if (!all) return all.error();
  std::vector<SequenceRange> ranges;
  while (true) {
    const auto row = all->step();
    if (!row) return row.error();
    if (!*row) return ranges;
    ranges.push_back(
        {static_cast<std::uint64_t>(all->number(0)), static_cast<std::uint64_t>(all->number(1))});
  }
}

}  // namespace modcomm::store
