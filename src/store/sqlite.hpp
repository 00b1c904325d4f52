// SQLite in the terms of this library: handles that close themselves, and errors as values.
//
//   auto database = store::Database::open("index.db");
//   auto insert = database->prepare("INSERT INTO words (text) VALUES (?)");
//   insert->bind(1, "VMCreated");
//   insert->run();
//
// Threads.   One at a time for a database and all its statements.
// Lifetime.  Statements end before their database.
// Errors.    resource_exhausted / storage_full, data_loss / damaged_store for a file that is no database,
//            internal / input_output for all else; the message names the file and says what SQLite said.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <modcomm/result.hpp>

#include "store/files.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace modcomm::store {

class Statement {
 public:
  /// Parameters count from 1. Texts are copied.
  Statement& bind(int parameter, std::int64_t number);
  Statement& bind(int parameter, std::uint64_t number) {
    return bind(parameter, static_cast<std::int64_t>(number));
  }
  Statement& bind(int parameter, std::string_view text);
  Statement& bind_bytes(int parameter, std::string_view bytes);
  Statement& bind_null(int parameter);

  /// Whether there is a further row.
  Result<bool> step();
  /// To the end; ready for another run with other parameters.
  Result<> run();
  /// Ready for another run.
  void reset();

  /// Of the row, columns count from 0. The text lives until the next step.
  std::int64_t number(int column) const;
  std::string_view text(int column) const;
  std::string_view bytes(int column) const;

 private:
  friend class Database;
  struct End {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  std::unique_ptr<sqlite3_stmt, End> statement_;
};

class Database {
 public:
  /// ":memory:" is one of no file; "" one in the folder for temporary files, which ends with it. One that is
  /// only read must be there.
  static Result<Database> open(const std::string& file, Access access = Access::write);

  Result<Statement> prepare(std::string_view sql);
  /// Several statements, without parameters.
  Result<> execute(const std::string& sql);
  /// How many rows the last statement changed.
  std::int64_t changes() const;

  Result<std::int64_t> version();
  Result<> set_version(std::int64_t version);

 private:
  struct Close {
    void operator()(sqlite3* database) const noexcept;
  };
  std::unique_ptr<sqlite3, Close> database_;
};

/// What is done until `commit` is done as one; without it, not at all.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database);
  Transaction(const Transaction&) = delete;
  Transaction(Transaction&&) noexcept = default;
  Transaction& operator=(const Transaction&) = delete;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  Result<> commit();

 private:
  struct Nothing {
    void operator()(Database*) const noexcept {}
  };
  explicit Transaction(Database& database) : database_(&database) {}

  std::unique_ptr<Database, Nothing> database_;  // null once it is over
};

}  // namespace modcomm::store
