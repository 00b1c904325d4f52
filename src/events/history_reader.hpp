// The events of a file of any format, one after the other.
//
//   HistoryReader reader(read, {});
//   FileEvent event;
//   while (reader.next(event).value()) { … }
//
// Errors.    data_loss / damaged_file with line and element, or what reading the file said.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include <modcomm/history_file.hpp>

#include "events/history_text.hpp"
#include "events/text_input.hpp"

namespace modcomm::detail {

class HistoryReader {
 public:
  /// Without a format the content tells.
  HistoryReader(ReadFunction read, std::optional<HistoryFormat> format, PartLimit limit);

  /// False at the end.
  Result<bool> next(FileEvent& event);
  /// Known once an event was asked for.
  HistoryFormat format() const noexcept { return format_.value_or(HistoryFormat::json_lines); }
  /// Where the event is that was read last: "line 3".
  std::string place() const { return place(1); }

 private:
  std::string place(std::uint64_t line_of_part) const;
  void begin();
  Result<bool> next_part(FileEvent& event);
  Result<bool> next_csv(FileEvent& event);
  Result<bool> next_element(FileEvent& event);
  Result<bool> next_line(FileEvent& event);

  TextInput input_;
  LineReader lines_;
  ElementReader elements_;
  CsvReader records_;
  std::optional<HistoryFormat> format_;
  std::optional<CsvColumns> columns_{};
  bool is_list_ = false;
  std::uint64_t element_ = 0;  // which part this is, from 1 on
  std::string text_{};
  std::vector<std::string> cells_{};
};

}  // namespace modcomm::detail
