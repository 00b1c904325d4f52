#include "events/import_stage.hpp"

namespace modcomm::detail {
namespace {

/// All of it is one transaction, and ends with its database: nothing is kept for a way back.
constexpr const char* tables = R"(
  PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;
  CREATE TABLE events (number INTEGER PRIMARY KEY, identity BLOB NOT NULL UNIQUE, body BLOB NOT NULL);
  BEGIN;
)";

Error where(const Error& error) {
  return error.with_context(
      "keeping the file in the folder for temporary files, until all was read");
}

}  // namespace

Result<std::unique_ptr<ImportStage>> ImportStage::open() {
  auto database = store::Database::open("");
  if (!database) return where(database.error());
  std::unique_ptr<ImportStage> stage(new ImportStage(std::move(*database)));
  if (auto prepared = stage->prepare(); !prepared) return where(prepared.error());
  return stage;
}

Result<> ImportStage::prepare() {
  if (auto made = database_.execute(tables); !made) return made;
  auto insert = database_.prepare("INSERT OR IGNORE INTO events (identity, body) VALUES (?, ?)");
  if (!insert) return insert.error();
  auto remove = database_.prepare("DELETE FROM events WHERE identity = ?");
  if (!remove) return remove.error();
  insert_ = std::move(*insert);
  remove_ = std::move(*remove);
  return {};
}

Result<> ImportStage::add(std::string_view identity, std::string_view body) {
  const Result<> done = insert_.bind_bytes(1, identity).bind_bytes(2, body).run();
  if (!done) return where(done.error());
  size_ += static_cast<std::uint64_t>(database_.changes());
  return {};
}

Result<> ImportStage::strike(std::string_view identity) {
  const Result<> done = remove_.bind_bytes(1, identity).run();
  if (!done) return where(done.error());
  size_ -= static_cast<std::uint64_t>(database_.changes());
  return {};
}

Result<> ImportStage::each(const std::function<Result<>(std::string_view)>& take) {
  auto all = database_.prepare("SELECT body FROM events ORDER BY number");
  if (!all) return where(all.error());
  while (true) {
    const auto row = all->step();
    if (!row) return where(row.error());
    if (!*row) return {};
    if (auto taken = take(all->bytes(0)); !taken) return taken;
  }
}

}  // namespace modcomm::detail
