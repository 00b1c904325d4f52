// Writes events as a file of any format, piece by piece.
//
//   HistoryWriter writer(sink, options);
//   writer.write(event);
//   auto report = writer.finish();
//
// Errors.    does_not_convert for data that has no bytes, and what the sink says.
#pragma once

#include <string>

#include <modcomm/history_file.hpp>

#include "events/file_event.hpp"

namespace modcomm::detail {

class HistoryWriter {
 public:
  HistoryWriter(HistorySink sink, const ExportOptions& options);

  /// Of how many events this will be one; for the progress.
  void expect(std::uint64_t total) noexcept { total_ = total; }
  Result<> write(const Event& event);
  /// The rest of the file, and what was written.
  Result<ExportReport> finish();

 private:
  void put_line(const FileEvent& event);
  void note(const Event& event);
  Result<> flush();
  void tell() const;

  const HistorySink sink_;
  const ExportOptions& options_;
  const bool is_list_;
  std::uint64_t total_ = 0;
  std::string buffer_{};
  ExportReport report_{};
};

}  // namespace modcomm::detail
