// Reads the records of one segment, and finds the next good one behind bad bytes.
//
// Lifetime.  Records and their bodies live until the next call.
// Errors.    What the file says. Bad bytes are answers, not errors.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "store/files.hpp"
#include "store/log_format.hpp"

namespace modcomm::store {

class SegmentReader {
 public:
  /// Reads up to `end`, in a segment whose header is good.
  SegmentReader(std::shared_ptr<const File> file, const SegmentHeader& header, std::uint64_t end)
      : file_(std::move(file)), header_(header), end_(end) {}

  const SegmentHeader& header() const noexcept { return header_; }
  std::uint64_t end() const noexcept { return end_; }
  /// It has grown: more records are there now.
  void extend(std::uint64_t end) noexcept { end_ = end; }

  /// The record that begins there; null if none does.
  Result<const Record*> read(std::uint64_t at);

  struct Found {
    std::uint64_t at = 0;
    Record record;
  };
  /// The first record at this place or behind it with this sequence or a higher one; null if none has.
  Result<const Found*> find(std::uint64_t at, std::uint64_t least_sequence);

  /// Where the last byte ends that is not zero, from `at` on; `at` if all are.
  Result<std::uint64_t> end_of_data(std::uint64_t at);

 private:
  /// At least `bytes` of them, or all that there are.
  Result<std::string_view> view(std::uint64_t at, std::size_t bytes);

  std::shared_ptr<const File> file_;
  SegmentHeader header_;
  std::uint64_t end_;
  std::string window_{};
  std::uint64_t window_at_ = 0;
  std::size_t next_window_ = 0;
  std::optional<Record> record_{};  // the last one read
  Found found_{};
};

/// The header of a segment.
Result<SegmentHeader> read_header(const File& file);

}  // namespace modcomm::store
