#include "store/state_database.hpp"

#include <filesystem>

#include <modcomm/reflect.hpp>

#include "store/state_migrations.hpp"

namespace modcomm::store {
namespace {

std::int64_t nanoseconds_since_epoch(WallTime time) { return time.time_since_epoch().count(); }

WallTime wall_time(std::int64_t nanoseconds) {
  return WallTime(std::chrono::nanoseconds(nanoseconds));
}

}  // namespace

static_assert(StateDatabase::version == std::int64_t{state_migrations.size()});

// ---- opening ----

Result<std::shared_ptr<StateDatabase>> StateDatabase::open(const std::string& file,
                                                           const DeadLetterOptions& limits) {
  auto database = Database::open(file);
  if (!database) return database.error();
  std::shared_ptr<StateDatabase> state(new StateDatabase(file, std::move(*database), limits));
  if (auto prepared = state->prepare(); !prepared) return prepared.error();
  return state;
}

Result<std::shared_ptr<StateDatabase>> StateDatabase::open_to_read(const std::string& file) {
  if (!std::filesystem::exists(file)) {
    return Error(Code::not_found, reason::no_file,
                 file + ": no consumers and dead letters are here; give the folder of a store");
  }
  auto database = Database::open(file, Access::read);
  if (!database) return database.error();
  std::shared_ptr<StateDatabase> state(new StateDatabase(file, std::move(*database), {}));
  if (auto prepared = state->prepare_to_read(); !prepared) return prepared.error();
  return state;
}

Error StateDatabase::damaged(const std::string& what) const {
  return {
      Code::data_loss, reason::damaged_store,
      file_ + " is damaged: " + what +
          "; bring it back from a copy, or move it away: then consumers and dead letters are lost"};
}

Result<> StateDatabase::prepare() {
  if (auto whole = check_whole(); !whole) return whole;
  auto set = database_.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
  if (!set) return set;
  if (auto migrated = migrate(); !migrated) return migrated;
  return count_letters();
}

Result<> StateDatabase::check_whole() {
  auto check = database_.prepare("PRAGMA quick_check(1)");
  const auto row = check ? check->step() : Result<bool>(check.error());
  if (!row) {
    const bool damage = row.error().reason() == reason::damaged_store;
    return damage ? damaged(row.error().message()) : row.error();
  }
  if (*row && check->text(0) != "ok") return damaged(std::string(check->text(0)));
  return {};
}

Result<> StateDatabase::prepare_to_read() {
  const auto is = database_.version();
  if (!is) return is.error();
  if (*is == version) return count_letters();
  return Error(Code::failed_precondition, reason::version,
               file_ + " has version " + std::to_string(*is) + ", and this program reads version " +
                   std::to_string(version) + (*is < version ? "; open it with a bus once" : ""));
}

Result<> StateDatabase::migrate() {
  const auto is = database_.version();
  if (!is) return is.error();
  if (*is > version) {
    return Error(Code::failed_precondition, reason::version,
                 file_ + " has version " + std::to_string(*is) + ", and this program knows up to " +
                     std::to_string(version) + "; use the later program");
  }
  for (std::int64_t at = *is; at < version; ++at) {
    auto transaction = Transaction::begin(database_);
    if (!transaction) return transaction.error();
    const std::string sql(state_migrations.at(static_cast<std::size_t>(at)));
    if (auto made = database_.execute(sql); !made) return made;
    if (auto set = database_.set_version(at + 1); !set) return set;
    if (auto done = transaction->commit(); !done) return done;
  }
  return {};
}

Result<> StateDatabase::count_letters() {
  auto all = database_.prepare("SELECT count(*), coalesce(sum(bytes), 0) FROM dead_letters");
  if (!all) return all.error();
  if (const auto row = all->step(); !row) return row.error();
  totals_.letters = static_cast<std::uint64_t>(all->number(0));
  totals_.bytes = static_cast<std::uint64_t>(all->number(1));
  return {};
}

// ---- writing ----

template <class Change>
Result<> StateDatabase::as_one(Change change) {
  const Lock lock(mutex_);
  auto transaction = Transaction::begin(database_);
  if (!transaction) return transaction.error();
  Totals totals = totals_;
  if (Result<> changed = change(totals); !changed) return changed;
  if (fault_) {
    if (Result<> allowed = fault_(); !allowed) return allowed;
  }
  if (Result<> done = transaction->commit(); !done) return done;
  totals_ = totals;
  return {};
}

Result<> StateDatabase::save(const ConsumerRow& consumer) {
  return as_one([&](Totals&) -> Result<> {
    auto insert = database_.prepare("INSERT OR REPLACE INTO consumers VALUES (?, ?, ?, 1)");
    if (!insert) return insert.error();
    insert->bind(1, std::string_view(consumer.name)).bind(2, std::string_view(consumer.options));
    insert->bind(3, nanoseconds_since_epoch(consumer.created));
    if (auto done = insert->run(); !done) return done;
    return write_position(consumer.name, consumer.position);
  });
}

Result<> StateDatabase::set_options(const std::string& name, const std::string& options) {
  return as_one([&](Totals&) -> Result<> {
    auto set = database_.prepare("UPDATE consumers SET options = ? WHERE name = ?");
    if (!set) return set.error();
    return set->bind(1, std::string_view(options)).bind(2, std::string_view(name)).run();
  });
}

Result<> StateDatabase::remove_consumer(const std::string& name) {
  return as_one([&](Totals&) -> Result<> {
    for (const char* sql :
         {"DELETE FROM consumers WHERE name = ?", "DELETE FROM pending WHERE consumer = ?"}) {
      auto gone = database_.prepare(sql);
      if (!gone) return gone.error();
      if (auto done = gone->bind(1, std::string_view(name)).run(); !done) return done;
    }
    return {};
  });
}

Result<> StateDatabase::write_position(const std::string& name, const ConsumerPosition& position) {
  auto move = database_.prepare("UPDATE consumers SET next = ? WHERE name = ? RETURNING 1");
  if (!move) return move.error();
  const auto exists = move->bind(1, position.next).bind(2, std::string_view(name)).step();
  if (!exists) return exists.error();
  if (!*exists) return {};
  if (auto done = move->run(); !done) return done;
  auto forget = database_.prepare("DELETE FROM pending WHERE consumer = ?");
  if (!forget) return forget.error();
  if (auto done = forget->bind(1, std::string_view(name)).run(); !done) return done;
  auto insert = database_.prepare("INSERT INTO pending VALUES (?, ?, ?, ?, ?, ?)");
  if (!insert) return insert.error();
  for (const PendingEvent& event : position.pending) {
    const std::string history = event.history.empty() ? "[]" : write_json(event.history);
    insert->bind(1, std::string_view(name)).bind(2, event.sequence);
    insert->bind(3, std::uint64_t{event.attempts}).bind(4, nanoseconds_since_epoch(event.due));
    insert->bind(5, std::uint64_t{event.redriven}).bind(6, std::string_view(history));
    if (auto done = insert->run(); !done) return done;
  }
  return {};
}

Result<> StateDatabase::apply(const StateChange& change) {
  return as_one([&](Totals& totals) -> Result<> {
    for (const MovedConsumer& consumer : change.moved) {
      if (auto done = write_position(consumer.name, consumer.position); !done) return done;
    }
    for (const std::uint64_t id : change.removed_letters) {
      if (auto done = remove_letter(id, totals); !done) return done;
    }
    for (const DeadLetter& letter : change.letters) {
      if (auto done = write_letter(letter, totals); !done) return done;
    }
    return keep_limits(totals);
  });
}

Result<std::uint64_t> StateDatabase::remove_letters(const std::vector<std::uint64_t>& ids) {
  std::uint64_t removed = 0;
  const Result<> done = as_one([&](Totals& totals) -> Result<> {
    const std::uint64_t before = totals.letters;
    for (const std::uint64_t id : ids) {
      if (auto gone = remove_letter(id, totals); !gone) return gone;
    }
    removed = before - totals.letters;
    return {};
  });
  if (!done) return done.error();
  return removed;
}

// ---- consumers ----

Result<std::vector<ConsumerRow>> StateDatabase::consumers() {
  const Lock lock(mutex_);
  auto all = database_.prepare("SELECT name, options, created, next FROM consumers ORDER BY name");
  if (!all) return all.error();
  std::vector<ConsumerRow> rows;
  while (true) {
    const auto row = all->step();
    if (!row) return row.error();
    if (!*row) return rows;
    ConsumerRow consumer{.name = std::string(all->text(0)),
                         .options = std::string(all->text(1)),
                         .created = wall_time(all->number(2)),
                         .position = {.next = static_cast<std::uint64_t>(all->number(3))}};
    auto pending = read_pending(consumer.name);
    if (!pending) return pending.error();
    consumer.position.pending = std::move(*pending);
    rows.push_back(std::move(consumer));
  }
}

Result<std::vector<PendingEvent>> StateDatabase::read_pending(const std::string& name) {
  auto all = database_.prepare(
      "SELECT sequence, attempts, due, redriven, history FROM pending WHERE consumer = ? "
      "ORDER BY sequence");
  if (!all) return all.error();
  all->bind(1, std::string_view(name));
  std::vector<PendingEvent> events;
  while (true) {
    const auto row = all->step();
    if (!row) return row.error();
    if (!*row) return events;
    auto history = read_json<std::vector<DeliveryAttempt>>(all->text(4));
    if (!history) return damaged("the attempts of consumer '" + name + "' cannot be read");
    events.push_back({.sequence = static_cast<std::uint64_t>(all->number(0)),
                      .attempts = static_cast<std::uint32_t>(all->number(1)),
                      .due = wall_time(all->number(2)),
                      .redriven = static_cast<std::uint32_t>(all->number(3)),
                      .history = std::move(*history)});
  }
}

}  // namespace modcomm::store
