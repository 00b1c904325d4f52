// Events as texts of each format, and back: docs/formats/history.md.
//
// Errors.    invalid_argument with what is wrong; whoever knows the place says data_loss / damaged_file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "events/file_event.hpp"

namespace modcomm::detail {

// One line, without its end.
std::string json_line(const FileEvent& event);
std::string cloudevent(const FileEvent& event);
std::string csv_header();
std::string csv_line(const FileEvent& event);

Result<FileEvent> read_json_event(std::string_view text);
Result<FileEvent> read_cloudevent(std::string_view text);

/// Which cell of a line holds what.
class CsvColumns {
 public:
  static Result<CsvColumns> make(std::vector<std::string> names);
  Result<FileEvent> read(const std::vector<std::string>& cells) const;

 private:
  explicit CsvColumns(std::vector<std::string> names) : names_(std::move(names)) {}

  std::vector<std::string> names_;
};

}  // namespace modcomm::detail
