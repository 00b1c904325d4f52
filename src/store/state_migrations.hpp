// How the tables of state.db came to be; docs/formats/state.md tells the same.
#pragma once

#include <array>
#include <string_view>

namespace modcomm::store {

/// Each makes its version from the one before. One that was released is never changed.
inline constexpr std::array<std::string_view, 2> state_migrations = {
    R"(
  CREATE TABLE consumers (name TEXT PRIMARY KEY, options TEXT NOT NULL, created INTEGER NOT NULL,
    next INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE pending (consumer TEXT NOT NULL, sequence INTEGER NOT NULL,
    attempts INTEGER NOT NULL, due INTEGER NOT NULL, redriven INTEGER NOT NULL,
    history TEXT NOT NULL, PRIMARY KEY (consumer, sequence)) WITHOUT ROWID;
)",
    R"(
  CREATE TABLE dead_letters (id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL,
    name TEXT NOT NULL, channel TEXT NOT NULL, consumer TEXT NOT NULL, module TEXT NOT NULL,
    source TEXT NOT NULL, message_id TEXT NOT NULL, sequence INTEGER NOT NULL,
    time INTEGER NOT NULL, died INTEGER NOT NULL, priority TEXT NOT NULL,
    correlation_id TEXT NOT NULL, headers TEXT NOT NULL, content_type TEXT NOT NULL,
    payload BLOB NOT NULL, reason TEXT NOT NULL, deliveries INTEGER NOT NULL,
    attempts TEXT NOT NULL, redriven INTEGER NOT NULL, bytes INTEGER NOT NULL);
)"};

}  // namespace modcomm::store
