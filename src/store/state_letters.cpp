// The dead letters of the state database.
#include <charconv>

#include <boost/describe/enum_from_string.hpp>
#include <boost/describe/enum_to_string.hpp>

#include <modcomm/glob.hpp>
#include <modcomm/reflect.hpp>

#include "store/state_database.hpp"

namespace modcomm::store {
namespace {

constexpr std::string_view columns =
    "id, kind, name, channel, consumer, module, source, message_id, sequence, time, died, "
    "priority, correlation_id, headers, content_type, payload, reason, deliveries, attempts, "
    "redriven, bytes";

constexpr std::string_view insertion =
    "INSERT INTO dead_letters VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
    "?, ?)";

/// Of the strings that may be long.
std::uint64_t bytes_of(const DeadLetter& letter, std::string_view headers,
                       std::string_view attempts) {
  return letter.payload.size() + headers.size() + attempts.size() + letter.name.size();
}

Result<std::uint64_t> start_behind(const DeadLetterQuery& query) {
  if (query.limit == 0) {
    return Error(Code::invalid_argument, reason::validation, "limit: must be at least 1");
  }
  if (query.cursor.empty()) return 0;
  std::uint64_t id = 0;
  const char* const end = query.cursor.data() + query.cursor.size();
  const auto [stop, fault] = std::from_chars(query.cursor.data(), end, id);
  if (fault == std::errc() && stop == end && id > 0) return id;
  return Error(Code::invalid_argument, reason::validation,
               "cursor: is not one; give `next` of the page before");
}

}  // namespace

Result<> StateDatabase::write_letter(const DeadLetter& letter, Totals& totals) {
  auto insert = database_.prepare(insertion);
  if (!insert) return insert.error();
  const std::string headers = write_json(letter.headers);
  const std::string attempts = write_json(letter.attempts);
  const std::uint64_t bytes = bytes_of(letter, headers, attempts);
  const std::string_view kind = boost::describe::enum_to_string(letter.kind, "event");
  int at = 1;
  for (const std::string_view text :
       {kind, std::string_view(letter.name), std::string_view(letter.channel),
        std::string_view(letter.consumer), std::string_view(letter.module),
        std::string_view(letter.source), std::string_view(letter.message_id)}) {
    insert->bind(at++, text);
  }
  insert->bind(8, letter.sequence).bind(9, std::int64_t{letter.time.time_since_epoch().count()});
  insert->bind(10, std::int64_t{letter.died.time_since_epoch().count()});
  insert->bind(11, std::string_view(letter.priority));
  insert->bind(12, std::string_view(letter.correlation_id)).bind(13, std::string_view(headers));
  insert->bind(14, std::string_view(letter.content_type)).bind_bytes(15, letter.payload);
  insert->bind(16, std::string_view(letter.reason)).bind(17, std::uint64_t{letter.deliveries});
  insert->bind(18, std::string_view(attempts)).bind(19, std::uint64_t{letter.redriven});
  insert->bind(20, bytes);
  if (auto done = insert->run(); !done) return done;
  ++totals.letters;
  totals.bytes += bytes;
  return {};
}

Result<> StateDatabase::remove_letter(std::uint64_t id, Totals& totals) {
  auto remove = database_.prepare("DELETE FROM dead_letters WHERE id = ? RETURNING bytes");
  if (!remove) return remove.error();
  const auto row = remove->bind(1, id).step();
  if (!row) return row.error();
  if (!*row) return {};
  --totals.letters;
  totals.bytes -= static_cast<std::uint64_t>(remove->number(0));
  return remove->run();
}

/// The newest one stays, however large it is.
Result<> StateDatabase::keep_limits(Totals& totals) {
  const auto is_over = [&] {
    return totals.letters > limits_.max_letters || totals.bytes > limits_.max_bytes;
  };
  while (totals.letters > 1 && is_over()) {
    auto oldest = database_.prepare("SELECT min(id) FROM dead_letters");
    if (!oldest) return oldest.error();
    if (const auto row = oldest->step(); !row) return row.error();
    const auto id = static_cast<std::uint64_t>(oldest->number(0));
    oldest->reset();
    if (auto gone = remove_letter(id, totals); !gone) return gone;
    ++totals.forgotten;
  }
  return {};
}

// ---- reading ----

Result<DeadLetter> StateDatabase::read_letter(const Statement& row) const {
  DeadLetter letter{.id = static_cast<std::uint64_t>(row.number(0)),
                    .name = std::string(row.text(2)),
                    .channel = std::string(row.text(3)),
                    .consumer = std::string(row.text(4)),
                    .module = std::string(row.text(5)),
                    .source = std::string(row.text(6)),
                    .message_id = std::string(row.text(7)),
                    .sequence = static_cast<std::uint64_t>(row.number(8)),
                    .time = WallTime(std::chrono::nanoseconds(row.number(9))),
                    .died = WallTime(std::chrono::nanoseconds(row.number(10))),
                    .priority = std::string(row.text(11)),
                    .correlation_id = std::string(row.text(12)),
                    .content_type = std::string(row.text(14)),
                    .payload = std::string(row.bytes(15)),
                    .reason = std::string(row.text(16)),
                    .deliveries = static_cast<std::uint32_t>(row.number(17)),
                    .redriven = static_cast<std::uint32_t>(row.number(19))};
  auto headers = read_json<std::vector<LetterHeader>>(row.text(13));
  auto attempts = read_json<std::vector<DeliveryAttempt>>(row.text(18));
  const bool known =
      boost::describe::enum_from_string(std::string(row.text(1)).c_str(), letter.kind);
  if (!headers || !attempts || !known) {
    return damaged("dead letter " + std::to_string(letter.id) + " cannot be read");
  }
  letter.headers = std::move(*headers);
  letter.attempts = std::move(*attempts);
  return letter;
}

/// `take(row)` answers whether it wants more.
template <class Take>
Result<> StateDatabase::each_letter(const DeadLetterQuery& query, Take take) {
  const auto name = Glob::compile(query.name);
  if (!name) return name.error();
  const auto behind = start_behind(query);
  if (!behind) return behind.error();
  std::string sql = "SELECT " + std::string(columns) + " FROM dead_letters WHERE 1";
  if (*behind != 0) sql += query.oldest_first ? " AND id > ?1" : " AND id < ?1";
  if (query.kind) sql += " AND kind = ?2";
  if (!query.channel.empty()) sql += " AND channel = ?3";
  if (!query.consumer.empty()) sql += " AND consumer = ?4";
  if (query.since) sql += " AND died >= ?5";
  if (query.until) sql += " AND died < ?6";
  sql += query.oldest_first ? " ORDER BY id" : " ORDER BY id DESC";
  const Lock lock(mutex_);
  auto all = database_.prepare(sql);
  if (!all) return all.error();
  all->bind(1, *behind);
  if (query.kind) {
    all->bind(2, std::string_view(boost::describe::enum_to_string(*query.kind, "")));
  }
  all->bind(3, std::string_view(query.channel)).bind(4, std::string_view(query.consumer));
  if (query.since) all->bind(5, std::int64_t{query.since->time_since_epoch().count()});
  if (query.until) all->bind(6, std::int64_t{query.until->time_since_epoch().count()});
  while (true) {
    const auto row = all->step();
    if (!row) return row.error();
    if (!*row) return {};
    if (!name->matches(all->text(2))) continue;
    const Result<bool> more = take(*all);
    if (!more) return more.error();
    if (!*more) return {};
  }
}

Result<DeadLetterPage> StateDatabase::letters(const DeadLetterQuery& query) {
  DeadLetterPage page;
  const Result<> read = each_letter(query, [&](const Statement& row) -> Result<bool> {
    if (page.letters.size() == query.limit) {
      page.next = std::to_string(page.letters.back().id);
      return false;
    }
    auto letter = read_letter(row);
    if (!letter) return letter.error();
    page.letters.push_back(std::move(*letter));
    return true;
  });
  if (!read) return read.error();
  return page;
}

Result<std::vector<std::uint64_t>> StateDatabase::letter_ids(const DeadLetterQuery& query) {
  DeadLetterQuery all = query;
  all.limit = 1;
  all.oldest_first = true;
  all.cursor.clear();
  std::vector<std::uint64_t> ids;
  const Result<> read = each_letter(all, [&](const Statement& row) -> Result<bool> {
    ids.push_back(static_cast<std::uint64_t>(row.number(0)));
    return true;
  });
  if (!read) return read.error();
  return ids;
}

Result<DeadLetter> StateDatabase::letter(std::uint64_t id) {
  const Lock lock(mutex_);
  auto one =
      database_.prepare("SELECT " + std::string(columns) + " FROM dead_letters WHERE id = ?");
  if (!one) return one.error();
  const auto row = one->bind(1, id).step();
  if (!row) return row.error();
  if (*row) return read_letter(*one);
  return Error(Code::not_found, reason::no_event,
               "there is no dead letter " + std::to_string(id) +
                   "; it was redriven, purged or pushed out by newer ones: list those there are");
}

Result<DeadLetterInfo> StateDatabase::totals() {
  const Lock lock(mutex_);
  auto ends = database_.prepare("SELECT min(died), max(died) FROM dead_letters");
  if (!ends) return ends.error();
  if (const auto row = ends->step(); !row) return row.error();
  DeadLetterInfo info{
      .letters = totals_.letters, .bytes = totals_.bytes, .forgotten = totals_.forgotten};
  if (totals_.letters == 0) return info;
  info.oldest = WallTime(std::chrono::nanoseconds(ends->number(0)));
  info.newest = WallTime(std::chrono::nanoseconds(ends->number(1)));
  return info;
}

}  // namespace modcomm::store
