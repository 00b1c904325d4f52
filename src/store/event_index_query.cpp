#include <algorithm>
#include <limits>

#include "store/event_index.hpp"

namespace modcomm::store {
namespace {

/// More names than that are looked for while all blocks pass.
constexpr std::size_t max_cursors = 64;

std::int64_t nanoseconds_of(WallTime time) { return time.time_since_epoch().count(); }

}  // namespace

/// What an event has to be; words are numbers.
struct EventIndex::Wanted {
  SequenceRange range{};
  std::vector<std::uint32_t> names{};  // in order
  std::optional<std::uint32_t> channel{};
  std::optional<std::uint32_t> source{};

  bool operator()(const IndexQuery& query, const IndexedEvent& event) const {
    return event.sequence >= range.first && event.sequence <= range.last &&
           (!channel || *channel == event.channel) && (!source || *source == event.source) &&
           (!query.since || event.time >= nanoseconds_of(*query.since)) &&
           (!query.until || event.time < nanoseconds_of(*query.until)) &&
           std::ranges::binary_search(names, event.name);
  }
};

/// Numbers of blocks, each once, in the order of a query.
class EventIndex::Cursor {
 public:
  explicit Cursor(Statement statement) : statement_(std::move(statement)) {}

  Result<> advance() {
    while (true) {
      const auto row = statement_.step();
      if (!row) return row.error();
      over_ = !*row;
      if (over_) return {};
      const auto number = static_cast<std::uint64_t>(statement_.number(0));
      if (std::exchange(number_, number) != number) return {};
    }
  }

  bool over() const noexcept { return over_; }
  std::uint64_t number() const noexcept { return number_; }

 private:
  Statement statement_;
  std::uint64_t number_ = std::numeric_limits<std::uint64_t>::max();  // none yet
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

/// Along the correlation or the names, if they narrow what is looked at.
Result<std::vector<EventIndex::Cursor>> EventIndex::cursors(const IndexQuery& query,
                                                            const Wanted& wanted) {
  const bool by_correlation = !query.correlation_id.empty();
  const bool by_name =
      !query.name.matches_all() && wanted.names.size() <= max_cursors && !by_correlation;
  const std::string order = query.oldest_first ? "" : " DESC";
  std::string sql = "SELECT number FROM blocks WHERE number BETWEEN ?1 AND ?2 ORDER BY number";
  if (by_name) {
    sql = "SELECT block FROM counts WHERE block BETWEEN ?1 AND ?2 AND name = ?3 ORDER BY block";
  } else if (by_correlation) {
    sql = "SELECT sequence / " + std::to_string(events_of_block) +
          " FROM correlations WHERE sequence BETWEEN ?1 AND ?2 AND correlation = ?3 "
          "ORDER BY sequence";
  }
  std::vector<Cursor> all;
  for (std::size_t i = 0; i < (by_name ? wanted.names.size() : 1); ++i) {
    auto statement = database_.prepare(sql + order);
    if (!statement) return statement.error();
    const auto& [first, last] = wanted.range;
    statement->bind(1, by_correlation ? first : block_of(first));
    statement->bind(2, by_correlation ? last : block_of(last));
    if (by_name) statement->bind(3, std::uint64_t{wanted.names[i]});
    if (by_correlation) statement->bind(3, std::string_view(query.correlation_id));
    Cursor cursor(std::move(*statement));
    if (auto ok = cursor.advance(); !ok) return ok.error();
    if (!cursor.over()) all.push_back(std::move(cursor));
  }
  return all;
}

Result<EventIndex::Wanted> EventIndex::wanted(const IndexQuery& query) {
  Wanted wanted;
  const auto known = [this](Word kind, const std::string& text, std::optional<std::uint32_t>& id) {
    if (text.empty()) return true;
    const auto found = words(kind).find(text);
    if (found != words(kind).end()) id = found->second;
    return id.has_value();
  };
  if (!known(Word::channel, query.channel, wanted.channel)) return wanted;
  if (!known(Word::source, query.source, wanted.source)) return wanted;
  auto range = range_of_times(query);
  if (!range) return range.error();
  if (query.behind != 0) {
    query.oldest_first ? range->first = std::max(range->first, query.behind + 1)
                       : range->last = std::min(range->last, query.behind - 1);
  }
  wanted.range = *range;
  for (const auto& [text, id] : words(Word::name)) {
    if (query.name.matches(text)) wanted.names.push_back(id);
  }
  std::ranges::sort(wanted.names);
  return wanted;
}

/// Those of the block that have the correlation.
Result<std::vector<std::uint64_t>> EventIndex::correlated(std::uint64_t number,
                                                          const std::string& correlation) {
  auto all = database_.prepare(
      "SELECT sequence FROM correlations WHERE sequence BETWEEN ? AND ? AND correlation = ? "
      "ORDER BY sequence");
  if (!all) return all.error();
  const std::uint64_t first = number * events_of_block;
  all->bind(1, first).bind(2, first + events_of_block - 1).bind(3, std::string_view(correlation));
  std::vector<std::uint64_t> sequences;
  while (true) {
    const auto row = all->step();
    if (!row) return row.error();
    if (!*row) return sequences;
    sequences.push_back(static_cast<std::uint64_t>(all->number(0)));
  }
}

Result<> EventIndex::take_from(std::uint64_t number, const IndexQuery& query, const Wanted& wanted,
                               std::vector<IndexRow>& rows) {
  auto block = blocks_->load(number);
  if (!block) return block.error();
  if (!query.oldest_first) std::ranges::reverse(*block);
  const bool by_correlation = !query.correlation_id.empty();
  std::vector<std::uint64_t> sequences;
  if (by_correlation) {
    auto found = correlated(number, query.correlation_id);
    if (!found) return found.error();
    sequences = std::move(*found);
  }
  for (const IndexedEvent& event : *block) {
    if (query.limit != 0 && rows.size() == query.limit) break;
    if (!wanted(query, event)) continue;
    if (by_correlation && !std::ranges::binary_search(sequences, event.sequence)) continue;
    rows.push_back({.sequence = event.sequence, .position = event.position});
  }
  return {};
}

Result<std::vector<IndexRow>> EventIndex::find(const IndexQuery& query) {
  const std::lock_guard lock(mutex_);
  std::vector<IndexRow> rows;
  const auto wanted = this->wanted(query);
  if (!wanted) return wanted.error();
  if (wanted->names.empty()) return rows;
  auto all = cursors(query, *wanted);
  if (!all) return all.error();
  const auto is_before = [&](const Cursor& a, const Cursor& b) {
    return query.oldest_first ? a.number() < b.number() : a.number() > b.number();
  };
  while (!all->empty() && (query.limit == 0 || rows.size() < query.limit)) {
    const std::uint64_t number = std::ranges::min_element(*all, is_before)->number();
    if (auto taken = take_from(number, query, *wanted, rows); !taken) return taken.error();
    for (Cursor& cursor : *all) {
      if (cursor.number() != number) continue;
      if (auto ok = cursor.advance(); !ok) return ok.error();
    }
    std::erase_if(*all, [](const Cursor& cursor) { return cursor.over(); });
  }
  return rows;
}

Result<std::vector<WordCount>> EventIndex::names(std::size_t limit) {
  const std::lock_guard lock(mutex_);
  auto all = database_.prepare(
      "SELECT text, n FROM (SELECT name, sum(count) AS n FROM counts GROUP BY name) "
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
