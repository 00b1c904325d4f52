// Where a file waits until all of it was read and found good: on the disk, so that memory does not grow.
//
// Threads.   One at a time.
// Errors.    resource_exhausted / storage_full where the folder for temporary files is full, internal /
//            input_output.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "store/sqlite.hpp"

namespace modcomm::detail {

class ImportStage {
 public:
  static Result<std::unique_ptr<ImportStage>> open();

  /// An event as the log keeps it. Of those of one identity the first one stays.
  Result<> add(std::string_view identity, std::string_view body);
  /// It shall not be imported.
  Result<> strike(std::string_view identity);
  /// How many wait.
  std::uint64_t size() const noexcept { return size_; }

  /// Those that wait, in the order in which they came; stops with the first error.
  Result<> each(const std::function<Result<>(std::string_view body)>& take);

 private:
  explicit ImportStage(store::Database database) : database_(std::move(database)) {}
  Result<> prepare();

  store::Database database_;
  store::Statement insert_{};
  store::Statement remove_{};
  std::uint64_t size_ = 0;
};

}  // namespace modcomm::detail
